"""`SceneGrasps`: the grasps of all objects of a scene, and which of them have room there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.mesh_collision import gripper_mesh_collisions
from grasp_core.triangle_tree import TriangleTree
from grasp_learning.errors import LabelError
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import APPROACH_DISTANCE_M
from grasp_sim.ray_scene import PlacedMesh


@dataclass(frozen=True, eq=False)
class SceneGrasps:
    """Grasps of all objects of a scene, and the points without any, in the frame of the grasps.

    Attributes
    ----------
    grasps : M grasps, by rising instance, of one object best first.
    contacts : (M, 2, 3) metres, of the right (-y) and the left (+y) finger.
    quality : (M,) Ferrari-Canny Q(g).
    instances : (M,) number of the object that each grasp is on.
    free : (M,) whether the gripper and its way from the pre-grasp meet no other body.
    unsuitable : (U, 3) metres, contact points that no grasp of the object alone starts from.
    unsuitable_instances : (U,) number of the object that each of them is on.

    Raises
    ------
    ArrayError : lengths differ, or a value is not finite.
    """

    grasps: Grasps
    contacts: Float
    quality: Float
    instances: NDArray[np.int32]
    free: NDArray[np.bool_]
    unsuitable: Float
    unsuitable_instances: NDArray[np.int32]

    def __post_init__(self) -> None:
        n = len(self.grasps)
        points = check_array(self.unsuitable, (None, 3), "unsuitable")
        numbers = check_array(
            self.unsuitable_instances, (len(points),), "unsuitable_instances", np.int32
        )
        arrays = {
            "contacts": check_array(self.contacts, (n, 2, 3), "contacts"),
            "quality": check_array(self.quality, (n,), "quality"),
            "instances": check_array(self.instances, (n,), "instances", np.int32),
            "free": check_array(self.free, (n,), "free", np.bool_),
            "unsuitable": points,
            "unsuitable_instances": numbers,
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.grasps)

    def transformed(self, T_a_frame: Float, frame_id: str) -> SceneGrasps:
        """Express the same in frame a, for example that of a camera, which is named `frame_id`."""
        return replace(
            self,
            grasps=self.grasps.transformed(T_a_frame, frame_id),
            contacts=_moved(T_a_frame, self.contacts),
            unsuitable=_moved(T_a_frame, self.unsuitable),
        )


def match_grasps(
    bodies: Sequence[PlacedMesh],
    object_grasps: Mapping[int, ObjectGrasps],
    gripper: Gripper,
    frame_id: str = "world",
) -> SceneGrasps:
    """Place the grasps of each object by its pose and test them for collision with all the rest.

    Collision with the object itself does not depend on its pose and is part of its labels.

    Parameters
    ----------
    bodies : everything that the gripper may meet, as `RayScene` takes it: the objects, and table
        and bin as background.
    object_grasps : labels of the objects by instance; an object without labels is an obstacle.
    frame_id : name of the frame that the poses of the bodies are given in.

    Returns
    -------
    The same for any order of `bodies` and `object_grasps`.

    Raises
    ------
    LabelError : labels of an instance that is not in the scene exactly once, or labels for
        another gripper.
    """
    objects = {
        instance: _find(bodies, instance, object_grasps[instance], gripper)
        for instance in sorted(object_grasps)
    }
    # Table and bin first: they are in the way of most grasps, which are then done with.
    trees = [
        (body, _tree(body, frame_id)) for body in sorted(bodies, key=lambda body: body.instance)
    ]
    none = Grasps.empty(frame_id)
    grasps, free = [none], [np.zeros(0, dtype=np.bool_)]
    contacts, unsuitable = [np.zeros((0, 2, 3))], [np.zeros((0, 3))]
    for instance, body in objects.items():
        labels, T = object_grasps[instance], body.T_world_mesh
        grasps.append(labels.grasps.transformed(T, frame_id))
        others = [tree for other, tree in trees if other is not body]
        free.append(_are_free(grasps[-1], gripper, others))
        contacts.append(_moved(T, labels.contacts))
        unsuitable.append(_moved(T, labels.points[~labels.positive]))
    numbers = [0, *objects]  # 0 stands for the empty first entries above
    return SceneGrasps(
        grasps=Grasps.concatenate(grasps),
        contacts=np.concatenate(contacts),
        quality=np.concatenate([np.zeros(0), *(object_grasps[i].quality for i in objects)]),
        instances=np.repeat(numbers, [len(part) for part in grasps]),
        free=np.concatenate(free),
        unsuitable=np.concatenate(unsuitable),
        unsuitable_instances=np.repeat(numbers, [len(part) for part in unsuitable]),
    )


def _moved(T_a_b: Float, points_b: Float) -> Float:
    """Map points (..., 3) from frame b to frame a."""
    points_a: Float = points_b @ T_a_b[:3, :3].T + T_a_b[:3, 3]
    return points_a


def _find(
    bodies: Sequence[PlacedMesh], instance: int, labels: ObjectGrasps, gripper: Gripper
) -> PlacedMesh:
    """Give the body that the labels belong to."""
    found = [body for body in bodies if body.instance == instance]
    if len(found) != 1:
        numbers = sorted(body.instance for body in bodies)
        raise LabelError(
            f"labels for instance {instance}, of which the scene has {len(found)}; the instances "
            f"of its bodies are {numbers}"
        )
    if labels.gripper != gripper.name:
        raise LabelError(
            f"labels of instance {instance} are for the gripper {labels.gripper!r}, "
            f"not for {gripper.name!r}"
        )
    return found[0]


def _tree(body: PlacedMesh, frame_id: str) -> TriangleTree:
    vertices = _moved(body.T_world_mesh, body.vertices)
    return TriangleTree.build(vertices, body.triangles, frame_id)


def _are_free(
    grasps: Grasps, gripper: Gripper, obstacles: Sequence[TriangleTree]
) -> NDArray[np.bool_]:
    """Tell which grasps meet none of the obstacles."""
    free = np.ones(len(grasps), dtype=np.bool_)
    for obstacle in obstacles:
        left = np.flatnonzero(free)
        free[left] = ~gripper_mesh_collisions(grasps[left], gripper, obstacle, APPROACH_DISTANCE_M)
    return free
