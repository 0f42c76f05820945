"""`ContactPairs`: antipodal contacts on an object, in force closure (GPR, section IV-A)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.quality import force_closure
from grasp_core.transforms import normalized
from grasp_learning.closed_surface import ClosedSurface


@dataclass(frozen=True, eq=False)
class ContactPairs:
    """Pairs of contacts in force closure, in the frame of the object.

    Attributes
    ----------
    contacts : (P, 2, 3) metres; the first of each pair is a sampled point.
    normals : (P, 2, 3) outward unit normals.
    points : (P,) index of the sampled point that is the first contact.
    opposed : how many pairs there were before the test of force closure.

    Raises
    ------
    ArrayError : wrong shapes, or a value that is not finite.
    """

    contacts: Float
    normals: Float
    points: NDArray[np.int64]
    opposed: int

    def __post_init__(self) -> None:
        contacts = check_array(self.contacts, (None, 2, 3), "contacts")
        n = len(contacts)
        object.__setattr__(self, "contacts", contacts)
        object.__setattr__(self, "normals", check_array(self.normals, (n, 2, 3), "normals"))
        object.__setattr__(self, "points", check_array(self.points, (n,), "points", np.int64))

    def __len__(self) -> int:
        return len(self.contacts)

    def __getitem__(self, index: NDArray[np.bool_]) -> ContactPairs:
        """Keep the pairs that a mask (P,) names."""
        return replace(
            self,
            contacts=self.contacts[index],
            normals=self.normals[index],
            points=self.points[index],
        )

    @property
    def distances(self) -> Float:
        """(P,) metres between the two contacts."""
        distances: Float = np.linalg.norm(self.contacts[:, 1] - self.contacts[:, 0], axis=1)
        return distances


def cone_directions(axes: Float, friction: float, n: int, rng: np.random.Generator) -> Float:
    """Draw directions evenly by solid angle inside friction cones.

    Parameters
    ----------
    axes : (N, 3) unit vectors, the inward normals.
    friction : coefficient; the half angle of a cone is its arc tangent.
    n : directions per cone.

    Returns
    -------
    (N, n, 3) unit vectors.
    """
    least_cosine = 1.0 / np.hypot(1.0, friction)
    cosine = rng.uniform(least_cosine, 1.0, (len(axes), n, 1))
    turn = rng.uniform(0.0, 2.0 * np.pi, (len(axes), n, 1))
    tangent, binormal = perpendicular(axes)
    across = np.cos(turn) * tangent[:, None] + np.sin(turn) * binormal[:, None]
    directions: Float = cosine * axes[:, None] + np.sqrt(1.0 - cosine**2) * across
    return directions


def perpendicular(axes: Float) -> tuple[Float, Float]:
    """Two unit vectors (N, 3) each that form a right-handed frame with unit `axes` (N, 3)."""
    least = np.argmin(np.abs(axes), axis=1)  # an axis of the frame that is never parallel
    first = normalized(np.cross(axes, np.eye(3)[least]))
    return first, np.cross(axes, first)


def find_pairs(
    surface: ClosedSurface,
    points: Float,
    normals: Float,
    *,
    friction: float,
    directions: int,
    max_distance_m: float,
    rng: np.random.Generator,
) -> ContactPairs:
    """Look from each point through the object for second contacts, and keep those that hold.

    The paper asks for "at least one" second contact "on object backward surface". Every far side
    that the ray meets within the stroke is one: the wall of a tube and the whole tube are both
    grasps, and whether the fingers find room there is for the collision check to say.

    Parameters
    ----------
    points, normals : (N, 3) first contacts and their outward unit normals.
    directions : drawn in each point's friction cone (the paper's k).
    max_distance_m : metres, largest distance of the two contacts: the stroke.
    """
    cones = cone_directions(-normals, friction, directions, rng).reshape(-1, 3)
    point = np.repeat(np.arange(len(points)), directions)
    ray, far_points, far_normals = surface.far_sides(points[point], cones, max_distance_m)
    first = point[ray]
    contacts = np.stack([points[first], far_points], axis=1)
    outward = np.stack([normals[first], far_normals], axis=1)
    holds = force_closure(contacts, outward, friction)
    return ContactPairs(contacts[holds], outward[holds], first[holds], len(contacts))
