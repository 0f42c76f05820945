"""Label the cloud of a cluttered scene from the grasps of its objects (GPR, section IV-B)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float, check_array
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError, FrameError
from grasp_learning.scene_grasps import SceneGrasps
from grasp_learning.spreading import any_within, best_within

#: Metres, the query radius R, whose value the paper does not give: the radius of a contact patch
#: (`grasp_core.quality`), and several times the spacing of a PhoXi or D435 cloud (about 1 mm), so
#: that labels are dense.
SPREAD_RADIUS_M = 0.005


class PointClass(IntEnum):
    """What a cloud point is to a finger (Fig. 3 of GPR); of several the highest is kept."""

    NO_CONTACT = 0  #: no contact point of the same object is near; background
    UNSUITABLE = 1  #: on an object, where no grasp holds or fits even without the others
    COLLISION = 2  #: a grasp holds here, but meets another object, the bin or the table
    POSITIVE = 3  #: a grasp holds here and is free


@dataclass(frozen=True, eq=False)
class SceneLabels:
    """The label of each point of a cloud.

    Attributes
    ----------
    scene : the grasps that the labels name, in the frame of the cloud.
    classes : (P,) `PointClass` of each cloud point.
    grasp_index : (P,) index into `scene` of the grasp whose label a positive point has, else -1.

    Raises
    ------
    ArrayError : lengths differ, a class is unknown, or a positive point has no free grasp.
    """

    scene: SceneGrasps
    classes: NDArray[np.uint8]
    grasp_index: NDArray[np.int64]

    def __post_init__(self) -> None:
        classes = check_array(self.classes, (None,), "classes", np.uint8)
        index = check_array(self.grasp_index, (len(classes),), "grasp_index", np.int64)
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "grasp_index", index)
        if (classes > max(PointClass)).any():
            raise ArrayError(f"classes: {classes.max()} is not one of {[*map(int, PointClass)]}")
        if not np.array_equal(index >= 0, self.mask):
            raise ArrayError("grasp_index must be >= 0 for positive points and for no others")
        if (index >= len(self.scene)).any() or not self.scene.free[index[self.mask]].all():
            raise ArrayError("grasp_index must name free grasps")

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(P,) M(p) of eq. 2: whether a point has a grasp with Q > 0."""
        mask: NDArray[np.bool_] = self.classes == PointClass.POSITIVE
        return mask

    @property
    def labels(self) -> Float:
        """(P, 8) L(p) = [n, r, width, Q] of eq. 2: approach, closing direction, metres, Q.

        Zero where the mask is False.
        """
        index = self.grasp_index[self.mask]
        grasps, quality = self.scene.grasps, self.scene.quality
        labels = np.zeros((len(self.classes), 8))
        labels[self.mask] = np.column_stack(
            [
                grasps.approach[index],
                grasps.closing[index],
                grasps.widths[index],
                quality[index],
            ]
        )
        labels.setflags(write=False)
        return labels

    @property
    def shortfall(self) -> str:
        """Why no point is positive; empty where one is."""
        if self.mask.any():
            return ""
        if len(self.scene) == 0:
            return "no object of the scene has a grasp"
        free = int(self.scene.free.sum())
        if free == 0:
            return f"all of {len(self.scene)} grasps meet another object, the bin or the table"
        return f"the cloud sees none of the contacts of {free} free grasps"


def label_cloud(scene: SceneGrasps, cloud: PointCloud, cloud_instances: AnyInteger) -> SceneLabels:
    """Spread the labels of contact points to the cloud points near them; the best label wins.

    A label spreads only within its object. The paper does not say so, but on a table or a
    neighbour the points near a contact would otherwise get a grasp that does not touch them.

    Parameters
    ----------
    cloud : noise-free points, in the frame of `scene`. A noisy cloud has the labels of its pixels.
    cloud_instances : (P,) number of the object that each point is on.

    Raises
    ------
    FrameError : cloud and grasps are in different frames.
    ArrayError : `cloud_instances` has another length than the cloud.
    """
    if cloud.frame_id != scene.grasps.frame_id:
        raise FrameError(f"the cloud is in {cloud.frame_id}, grasps are in {scene.grasps.frame_id}")
    point_instances = check_array(cloud_instances, (len(cloud),), "cloud_instances", np.int32)
    classes = np.full(len(cloud), PointClass.NO_CONTACT, dtype=np.uint8)
    grasp_index = np.full(len(cloud), -1, dtype=np.int64)
    for instance in np.union1d(scene.instances, scene.unsuitable_instances):
        here = np.flatnonzero(point_instances == instance)
        points = cloud.points[here].astype(np.float64)
        bad = scene.unsuitable[scene.unsuitable_instances == instance]
        classes[here[any_within(points, bad, SPREAD_RADIUS_M)]] = PointClass.UNSUITABLE
        blocked = np.flatnonzero((scene.instances == instance) & ~scene.free)
        contacts = scene.contacts[blocked].reshape(-1, 3)
        classes[here[any_within(points, contacts, SPREAD_RADIUS_M)]] = PointClass.COLLISION
        free = np.flatnonzero((scene.instances == instance) & scene.free)
        best = best_within(
            points,
            scene.contacts[free].reshape(-1, 3),
            np.repeat(scene.grasps.scores[free], 2),  # both contacts of a grasp
            SPREAD_RADIUS_M,
        )
        positive = best >= 0
        classes[here[positive]] = PointClass.POSITIVE
        grasp_index[here[positive]] = free[best[positive] // 2]
    return SceneLabels(scene, classes, grasp_index)
