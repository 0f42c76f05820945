"""What a camera above a scene sees of a grid of places: how far below the surface each lies.

Points alone do not tell free space from space that nothing is known of. Seen along the preferred
approach, a place above the surface is free, one below it is inside an object or hidden by it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Edge of a cell of the height map, metres: a map of voxels of 2 mm has no holes.
CELL_M = 0.003
#: Cells along each side of the map; its middle is the middle of the scene. Places beyond it are
#: unknown.
CELLS = 512


def height_map(points: Tensor, cells: int = CELLS, cell_m: float = CELL_M) -> Tensor:
    """Draw the surface of a scene as seen from above.

    Parameters
    ----------
    points : (N, 3) metres, in the approach frame (z down).

    Returns
    -------
    (cells, cells) the least z of each cell, by x and then y; infinite where no point is near.
    """
    cell, inside = map_cell(points, cells, cell_m)
    top = torch.full((cells * cells,), float("inf"), device=points.device)
    top = top.scatter_reduce(0, cell[inside], points[inside, 2], "amin").view(1, cells, cells)
    # Where a cell holds no point, those around it tell.
    around = -functional.max_pool2d(-top, 3, 1, 1)
    return torch.where(torch.isinf(top), around, top)[0]


def over_surface(top: Tensor, places: Tensor, limit: float, cell_m: float = CELL_M) -> Tensor:
    """Tell where places are between surface and space.

    Parameters
    ----------
    top : what `height_map` gives.
    places : (C, X, Y, Z, 3) metres, in the same frame.
    limit : metres at which the height saturates.

    Returns
    -------
    (C, 2 X, Y, Z): height of each place over the surface, -1..1 in units of the limit, below it
    negative, 0 where it is unknown; then 1 where it is known, else 0.
    """
    surface = surface_over(top, places, cell_m)
    known = torch.isfinite(surface)
    height = torch.where(known, surface - places[..., 2], torch.zeros_like(surface)) / limit
    return torch.cat([height.clamp(-1.0, 1.0), known.to(height.dtype)], dim=1)


def surface_over(top: Tensor, places: Tensor, cell_m: float = CELL_M) -> Tensor:
    """Read z (...) of the surface at places (..., 3) off a map; infinite where it is unknown."""
    cell, inside = map_cell(places, top.shape[0], cell_m)
    return torch.where(inside, top.flatten()[cell], torch.full_like(places[..., 0], float("inf")))


def map_cell(places: Tensor, cells: int, cell_m: float) -> tuple[Tensor, Tensor]:
    """Cell (...) that each place (..., 3) is over, and whether the map reaches so far."""
    cell = (places[..., :2] / cell_m).floor() + cells // 2
    inside = ((cell >= 0) & (cell < cells)).all(dim=-1)
    cell = cell.clamp(0, cells - 1).long()
    return cell[..., 0] * cells + cell[..., 1], inside


class GridEncoder(nn.Module):
    """Convolutions across the approach; the slices along it are channels.

    Parameters
    ----------
    slices : channels of the grid.
    widths : channels of the convolutions of 3 x 3.
    halved : number of the convolution that halves the grid.
    cells : of the grid that the last convolution gives.
    outputs : channels of the result.
    """

    def __init__(
        self, slices: int, widths: tuple[int, ...], halved: int, cells: int, outputs: int
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for number, width in enumerate(widths):
            stride = 2 if number == halved else 1
            layers += [nn.Conv2d(slices, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)]
            layers += [nn.ReLU()]
            slices = width
        layers += [nn.Flatten(), nn.Linear(slices * cells, outputs, bias=False)]
        self.layers = nn.Sequential(*layers, nn.BatchNorm1d(outputs), nn.ReLU())

    def forward(self, grid: Tensor) -> Tensor:
        """Encode (C, slices, Y, Z) as (C, outputs)."""
        encoded: Tensor = self.layers(grid)
        return encoded
