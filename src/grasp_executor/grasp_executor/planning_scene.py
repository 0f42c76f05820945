"""`PlanningScene`: what the robot may not hit, as plain data that every planner reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from grasp_core.checks import Float, check_array, check_rotations
from grasp_executor.errors import PlanningSceneError
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.shapes import Shape

_versions = itertools.count(1)


@dataclass(frozen=True, eq=False)
class Placed:
    """A shape on a frame.

    Attributes
    ----------
    shape : in its own frame.
    frame : link of the robot that carries it; None: the base, it is an obstacle.
    T_frame_shape : (4, 4) pose of the shape.
    touch_links : links that may touch it: the fingers that hold it.
    """

    shape: Shape
    frame: str | None
    T_frame_shape: Float
    touch_links: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raise ArrayError for a pose that is none."""
        pose = check_array(self.T_frame_shape, (4, 4), "pose of a shape")
        check_rotations(pose[None, :3, :3], "rotation of a shape")
        object.__setattr__(self, "T_frame_shape", pose)


@dataclass(frozen=True, eq=False)
class PlanningScene:
    """Obstacles, carried objects, allowed contacts and the state of the robot. It never changes.

    Each method returns a new scene with a new version, so that a planner sees at once whether it
    knows a scene, and a plan can be told from one for another scene.

    Attributes
    ----------
    objects : obstacles and carried objects, by name.
    allowed : pairs of names of objects or links that may touch.
    joints : positions of joints, by name; the others are at home. A group that is planned for is
        where the call says.
    version : different for each scene of this process, growing.
    """

    objects: Mapping[str, Placed] = field(default_factory=dict)
    allowed: frozenset[frozenset[str]] = frozenset()
    joints: Mapping[str, float] = field(default_factory=dict)
    version: int = field(init=False, default_factory=lambda: next(_versions))

    def __post_init__(self) -> None:
        """Make the mappings read-only."""
        object.__setattr__(self, "objects", MappingProxyType(dict(self.objects)))
        object.__setattr__(self, "joints", MappingProxyType(dict(self.joints)))

    def with_obstacle(self, name: str, shape: Shape, T_base_shape: Float) -> PlanningScene:
        """Add an obstacle, or put it in the place of the object that has its name."""
        return self._with(name, Placed(shape, None, T_base_shape))

    def with_attached(
        self, name: str, shape: Shape, link: str, T_link_shape: Float, touch_links: Iterable[str]
    ) -> PlanningScene:
        """Let `link` carry an object; an obstacle of that name is no longer one."""
        return self._with(name, Placed(shape, link, T_link_shape, frozenset(touch_links)))

    def without(self, name: str) -> PlanningScene:
        """Remove an object.

        Raises
        ------
        PlanningSceneError : there is none of that name.
        """
        if name not in self.objects:
            raise PlanningSceneError(f"no object {name!r}; there are {sorted(self.objects)}")
        return replace(self, objects={k: v for k, v in self.objects.items() if k != name})

    def with_allowed(self, first: str, second: str) -> PlanningScene:
        """Let two objects or links touch each other."""
        return replace(self, allowed=self.allowed | {frozenset((first, second))})

    def without_allowed(self, first: str, second: str) -> PlanningScene:
        """Take the permission back."""
        return replace(self, allowed=self.allowed - {frozenset((first, second))})

    def with_joints(self, joints: Mapping[str, float]) -> PlanningScene:
        """Put joints of the robot somewhere else: the other arm, the fingers."""
        return replace(self, joints={**self.joints, **joints})

    def _with(self, name: str, placed: Placed) -> PlanningScene:
        return replace(self, objects={**self.objects, name: placed})


def check_scene(scene: PlanningScene, robot: PlanningRobot) -> None:
    """Raise PlanningSceneError for names in the scene that are not of the robot or are doubled."""
    doubled = sorted(set(scene.objects) & robot.links)
    if doubled:
        raise PlanningSceneError(f"objects have the names of links: {doubled}")
    carriers = {placed.frame for placed in scene.objects.values() if placed.frame is not None}
    touching = {link for placed in scene.objects.values() for link in placed.touch_links}
    unknown = sorted((carriers | touching) - robot.links)
    if unknown:
        raise PlanningSceneError(f"no links {unknown}; the robot has {sorted(robot.links)}")
    names = robot.links | set(scene.objects)
    unknown = sorted(set().union(*scene.allowed) - names)
    if unknown:
        raise PlanningSceneError(f"contact allowed of unknown {unknown}; known: {sorted(names)}")
    unknown = sorted(set(scene.joints) - set(robot.home))
    if unknown:
        raise PlanningSceneError(f"no joints {unknown}; the robot has {sorted(robot.home)}")
