"""Compare the model of a D435's faults with a real frame of a table with small things on it.

The same scene is built from boxes, balls and cylinders, seen from the same place and measured with
`StereoNoise`; the same statistics are taken of both frames. ``python
scripts/compare_sensor_noise.py FRAME_FOLDER`` (with depth.png of 1280 x 720, millimetres) prints
the table of docs/sensor_noise.md and writes out/sensor_noise_real.png; without a folder it draws
docs/images/sensor_noise.png, which shows the model alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.transforms import normalized, transform
from grasp_sim.cameras import PHOXI_BIN
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.stereo_noise import StereoNoise
from grasp_sim.views import orbit

mpl.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[1]
SEED = 5
#: Colour camera that the real depth is aligned to, and the table's plane n . p = -offset before it.
CAMERA = Camera(1280, 720, 927.17, 927.37, 651.32, 349.62)
NORMAL, OFFSET_M = np.array([-0.00197, 0.23594, -0.97176]), 0.47047
#: What counts as table: below this height, that far from anything else, above the image's border
#: region that shows other furniture.
TABLE_M, MARGIN_PX, LAST_ROW = 0.006, 25, 640
LAGS_PX = (2, 5, 10, 20, 30)
#: Borders are classed by the jump of height within a window along a row.
WINDOW_PX, STEPS_MM = 25, ((10, 25), (25, 70))

#: Shape, size in metres, pixel (u, v) that its centre is seen at, yaw in degrees.
THINGS = (
    ("box", (0.265, 0.060, 0.041), (590, 225), -5.0),
    ("box", (0.20, 0.045, 0.018), (700, 350), -8.0),
    ("box", (0.16, 0.050, 0.022), (760, 535), 12.0),
    ("cylinder", (0.007, 0.06), (890, 185), 0.0),
    ("cylinder", (0.007, 0.06), (985, 320), 0.0),
    ("ball", (0.017,), (545, 448), 0.0),
    ("box", (0.13, 0.008, 0.005), (700, 415), 5.0),
    ("ring", (0.018, 0.004), (925, 385), 0.0),
    ("ring", (0.018, 0.004), (915, 465), 0.0),
    ("box", (0.12, 0.035, 0.035), (345, 430), 45.0),
    ("box", (0.09, 0.02, 0.055), (330, 650), 40.0),
)


def table_pose() -> Float:
    """T_world_camera of a camera above the table z = 0."""
    z = normalized(NORMAL)
    x = normalized(np.array([1.0, 0.0, 0.0]) - z[0] * z)
    return transform(np.stack([x, np.cross(z, x), z]), [0.0, 0.0, OFFSET_M])


def mesh_of(shape: str, size: tuple[float, ...]) -> trimesh.Trimesh:
    """Lie the shape on z = 0."""
    if shape == "box":
        mesh = trimesh.creation.box(size)
    elif shape == "ball":
        mesh = trimesh.creation.icosphere(4, size[0])
    elif shape == "ring":
        mesh = trimesh.creation.torus(*size)
    else:
        mesh = trimesh.creation.cylinder(size[0], size[1])
        mesh.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0]))
    mesh.apply_translation([0, 0, -mesh.bounds[0, 2]])
    return mesh


def table_scene() -> RayScene:
    """Build a scene like the real frame's."""
    T_world_camera = table_pose()
    board = trimesh.creation.box((2.0, 2.0, 0.02))
    below = transform(np.eye(3), [0, 0, -0.01])
    meshes = [PlacedMesh(board.vertices, board.faces, below, 0)]
    for number, (shape, size, (u, v), yaw_deg) in enumerate(THINGS, start=1):
        ray = np.array([(u - CAMERA.cx) / CAMERA.fx, (v - CAMERA.cy) / CAMERA.fy, 1.0])
        ray = T_world_camera[:3, :3] @ ray
        position = T_world_camera[:3, 3] - ray * T_world_camera[2, 3] / ray[2]
        mesh = mesh_of(shape, size)
        pose = trimesh.transformations.rotation_matrix(np.radians(yaw_deg), [0, 0, 1], [0, 0, 0])
        pose[:3, 3] = position
        meshes.append(PlacedMesh(mesh.vertices, mesh.faces, pose, number))
    return RayScene(meshes)


def heights_of(depth: NDArray[np.floating]) -> Float:
    """Heights (H, W) in metres above the table, NaN without depth."""
    v, u = np.indices(depth.shape)
    points = np.stack([(u - CAMERA.cx) / CAMERA.fx, (v - CAMERA.cy) / CAMERA.fy], axis=-1)
    rays = np.concatenate([points, np.ones((*depth.shape, 1))], axis=-1)
    heights = depth * (rays @ normalized(NORMAL)) + OFFSET_M
    return np.where(depth > 0, heights, np.nan)


def residual(heights: Float, degree: int) -> tuple[Float, NDArray[np.bool_]]:
    """Heights (H, W) of the bare table less a polynomial surface, and where it is bare."""
    other = ~(np.abs(np.nan_to_num(heights, nan=1.0)) < TABLE_M)
    other = ndimage.binary_opening(other, iterations=2) | np.isnan(heights)
    bare = ~ndimage.binary_dilation(other, iterations=MARGIN_PX)
    bare[LAST_ROW:] = False
    v, u = np.nonzero(bare)
    x, y = (u - CAMERA.width / 2) / CAMERA.width, (v - CAMERA.height / 2) / CAMERA.height
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    basis = np.stack([x**i * y**j for i, j in powers], axis=-1)
    out = np.zeros(heights.shape)
    out[bare] = heights[bare] - basis @ np.linalg.lstsq(basis, heights[bare], rcond=None)[0]
    return out, bare


def autocorrelation(values: Float, mask: NDArray[np.bool_], axis: int) -> list[float]:
    """Correlation of pixels that are LAGS_PX apart along `axis`."""
    moved = [np.roll(values, -lag, axis) for lag in LAGS_PX]
    both = [mask & np.roll(mask, -lag, axis) for lag in LAGS_PX]
    return [
        float((values * m)[b].mean() / np.square(values[b]).mean())
        for m, b in zip(moved, both, strict=True)
    ]


def border_width(heights: Float, low_mm: float, high_mm: float) -> float:
    """Median of jump over steepest slope, pixels along rows, of such borders; 1 = sharp."""
    valid = ~np.isnan(heights[:LAST_ROW])
    filled = np.where(valid, heights[:LAST_ROW], 0.0)
    whole = ndimage.minimum_filter1d(valid.astype(np.uint8), WINDOW_PX, axis=1) > 0
    jump = ndimage.maximum_filter1d(filled, WINDOW_PX, axis=1)
    jump = jump - ndimage.minimum_filter1d(filled, WINDOW_PX, axis=1)
    slope = np.abs(np.diff(filled, axis=1, append=filled[:, -1:]))
    steepest = ndimage.maximum_filter1d(slope, WINDOW_PX, axis=1)
    here = (
        whole & (jump > low_mm / 1e3) & (jump < high_mm / 1e3) & (slope == steepest) & (slope > 0)
    )
    return float(np.median(jump[here] / slope[here]))


def statistics(depth: NDArray[np.floating]) -> dict[str, float]:
    """Name and value of everything that is compared."""
    heights = heights_of(depth)
    curved, bare = residual(heights, 2)
    flat, _ = residual(heights, 1)
    rows = {
        "table residual after a plane, rms mm": 1e3 * flat[bare].std(),
        "table residual after a quadric, rms mm": 1e3 * curved[bare].std(),
        "its 1st percentile, mm": 1e3 * np.percentile(curved[bare], 1),
        "its 99th percentile, mm": 1e3 * np.percentile(curved[bare], 99),
    }
    for axis, name in ((1, "row"), (0, "column")):
        for lag, value in zip(LAGS_PX, autocorrelation(curved, bare, axis), strict=True):
            rows[f"its correlation {lag} px along a {name}"] = value
    level = np.diff(depth, axis=1)[bare[:, 1:] & bare[:, :-1]]
    rows["table pixels equal to their left one, %"] = 100 * float((np.abs(level) < 5e-4).mean())
    for low_mm, high_mm in STEPS_MM:
        rows[f"border of {low_mm} to {high_mm} mm, width px"] = border_width(
            heights, low_mm, high_mm
        )
    rows["pixels without depth, %"] = 100 * float((depth[:LAST_ROW] == 0).mean())
    return rows


def draw(
    panels: dict[str, NDArray[np.floating]], path: Path, limits_mm: tuple[float, float]
) -> None:
    """Write heights in millimetres side by side."""
    figure, axes = plt.subplots(1, len(panels), figsize=(6 * len(panels), 4), layout="constrained")
    for axis, (title, heights) in zip(np.ravel(axes), panels.items(), strict=True):
        image = axis.imshow(1e3 * heights, vmin=limits_mm[0], vmax=limits_mm[1], cmap="viridis")
        axis.set_title(title)
        axis.set_axis_off()
    figure.colorbar(image, ax=axes, label="height above the table, mm", shrink=0.8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)


def phoxi_heights() -> Float:
    """Heights above the table as a PhoXi sees the scene from above."""
    T_world_camera = orbit([0.0, -0.05, 0.0], 1.3, 0.0, 0.0)
    frame = table_scene().render(PHOXI_BIN.camera, T_world_camera)
    depth = PHOXI_BIN.noise.apply(frame, np.random.default_rng(SEED))
    heights = T_world_camera[2, 3] - depth  # it looks straight down
    return np.where(depth > 0, heights, np.nan)[226:546, 236:796]


def main() -> None:
    """Print the table, or draw the model alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frame", type=Path, nargs="?", help="folder with the real depth.png")
    frame_folder: Path | None = parser.parse_args().frame
    clean = table_scene().render(CAMERA, table_pose())
    measured = StereoNoise().apply(clean, np.random.default_rng(SEED)).astype(np.float64)
    ideal = heights_of(clean.depth.astype(np.float64))
    if frame_folder is None:
        panels = {
            "ideal": ideal,
            "D435 model, 0.47 m": heights_of(measured),
            "PhoXi model, 1.3 m, cropped": phoxi_heights(),
        }
        draw(panels, ROOT / "docs" / "images" / "sensor_noise.png", (-4, 45))
        return
    real = np.asarray(Image.open(frame_folder / "depth.png")).astype(np.float64) / 1000
    rows = [statistics(depth) for depth in (real, measured, clean.depth.astype(np.float64))]
    print("| statistic | real | model | ideal |\n| --- | ---: | ---: | ---: |")  # noqa: T201
    for name in rows[0]:
        print(f"| {name} |" + "".join(f" {row[name]:.2f} |" for row in rows))  # noqa: T201
    panels = {"real": heights_of(real), "model": heights_of(measured)}
    draw(panels, ROOT / "out" / "sensor_noise_real.png", (-4, 45))


if __name__ == "__main__":
    main()
