"""Quality of two-contact grasps from mechanics: force closure and Ferrari-Canny epsilon.

Contacts (N, 2, 3) are metres in any one frame; normals (N, 2, 3) point out of the object and may
have any length. A grasp with a normal of length zero, or with both contacts in one place, is not in
force closure and has quality 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError
from grasp_core.wrench_hull import hull_radius

#: Metres, radius of the patch that a soft fingertip presses onto the object (Dex-Net's 5 mm).
PAD_RADIUS_M = 0.005

#: A disc under even pressure resists a torsion of 2/3 * friction * radius * normal force.
DISC_TORSION = 2.0 / 3.0


def minimal_friction(contacts: ArrayLike, normals: ArrayLike) -> Float:
    """Smallest friction coefficient (N,) at which each grasp is in force closure.

    This is the tangent of the larger angle between an inward normal and the line to the other
    contact; infinity where no friction is enough. graspnetAPI's raw score is this in steps.

    Raises
    ------
    ArrayError : wrong shapes, or a value that is not finite.
    """
    points, outward = _check_contacts(contacts, normals)
    line = points[:, 1] - points[:, 0]
    to_other = np.stack([line, -line], axis=1)  # (N, 2, 3)
    along = -np.einsum("nik,nik->ni", outward, to_other)
    across = np.linalg.norm(np.cross(outward, to_other), axis=-1)
    tangent = np.full(along.shape, np.inf)
    np.divide(across, along, out=tangent, where=along > 0)
    worst: Float = tangent.max(axis=1)
    return worst


def force_closure(contacts: ArrayLike, normals: ArrayLike, friction: float) -> NDArray[np.bool_]:
    """Whether (N,) each grasp is antipodal: the contact line lies inside both friction cones.

    Nguyen, "Constructing force-closure grasps" (IJRR 1988), for two soft-finger contacts. The
    border of a cone counts as inside.

    Raises
    ------
    ArrayError : wrong shapes, a value that is not finite, or a friction that is not > 0.
    """
    _check_positive(friction, "friction")
    antipodal: NDArray[np.bool_] = minimal_friction(contacts, normals) <= friction
    return antipodal


def ferrari_canny(
    contacts: ArrayLike,
    normals: ArrayLike,
    center_of_mass: ArrayLike,
    friction: float,
    length_m: float,
    pad_radius_m: float = PAD_RADIUS_M,
) -> Float:
    """Epsilon quality (N,): the disturbance that the grasp resists from every direction.

    Ferrari & Canny, "Planning optimal grasps" (ICRA 1992), with the sum of the normal forces
    bounded (L1): radius of the largest ball around the origin inside the convex hull of the contact
    wrenches, per newton of normal force; 0 if the origin is outside. GPR (section IV-A) labels its
    grasps with it at friction 0.3.

    The wrenches of a contact are a unit normal force with one edge of the friction pyramid, or with
    the torsion limit of either sense about the normal: hard contacts cannot resist torsion about
    their line, so without it every quality is 0. Torques are about the centre of mass and divided
    by `length_m`, so that the result has no unit. It is at most the torsion limit
    2/3 * friction * pad_radius_m / length_m.

    Parameters
    ----------
    center_of_mass : (3,) metres, in the frame of the contacts.
    friction : coefficient of friction, > 0.
    length_m : characteristic length, > 0; the largest distance of the object's surface from its
        centre of mass keeps every scaled arm within 1.
    pad_radius_m : radius of the contact patch, > 0.

    Raises
    ------
    ArrayError : wrong shapes, a value that is not finite, or one that is not > 0 and must be.
    """
    _check_positive(friction, "friction")
    _check_positive(length_m, "length_m")
    _check_positive(pad_radius_m, "pad_radius_m")
    points, outward = _check_contacts(contacts, normals)
    arms = (points - check_array(center_of_mass, (3,), "center_of_mass")) / length_m
    lengths = np.linalg.norm(outward, axis=-1, keepdims=True)
    inward = np.divide(-outward, lengths, out=np.zeros_like(outward), where=lengths > 0)
    # Forces can balance only where both cones hold one line, so that the normals differ from
    # opposite by less than two half-angles; cos(2 atan(mu)) = (1 - mu^2) / (1 + mu^2).
    opposed = -np.einsum("nk,nk->n", inward[:, 0], inward[:, 1])
    balanced = (lengths > 0).all(axis=(1, 2)) & (opposed > (1 - friction**2) / (1 + friction**2))
    torsion = DISC_TORSION * friction * pad_radius_m / length_m
    quality = np.zeros(len(points))
    quality[balanced] = hull_radius(
        _grasp_maps(arms[balanced], inward[balanced], friction, torsion)
    )
    return quality


def _check_contacts(contacts: ArrayLike, normals: ArrayLike) -> tuple[Float, Float]:
    points = check_array(contacts, (None, 2, 3), "contacts")
    return points, check_array(normals, (len(points), 2, 3), "normals")


def _check_positive(value: float, name: str) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ArrayError(f"{name}: {value} must be finite and > 0")


def _grasp_maps(arms: Float, inward: Float, friction: float, torsion: float) -> Float:
    """Grasp maps (N, 6, 8) of `hull_radius` to wrenches (force; torque / length)."""
    least = np.argmin(np.abs(inward), axis=-1)  # an axis that is never parallel to the normal
    tangent = np.cross(inward, np.eye(3)[least])
    tangent /= np.linalg.norm(tangent, axis=-1, keepdims=True)
    twist = np.zeros_like(inward)  # torsion has no force
    forces = np.stack(
        [inward, friction * tangent, friction * np.cross(inward, tangent), twist], axis=2
    )  # (N, 2, 4, 3)
    torques = np.cross(arms[:, :, None], forces)
    torques[:, :, 3] = torsion * inward
    columns = np.concatenate([forces, torques], axis=-1).reshape(-1, 8, 6)
    return np.swapaxes(columns, -1, -2)
