"""Read a robot from its file; config/robots/ has one for each robot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.errors import GraspError
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_robots.arm import Arm, Mount
from grasp_robots.description import CartesianLimits, RobotDescription
from grasp_robots.errors import RobotFileError
from grasp_robots.gripper_links import gripper_joints, gripper_links
from grasp_robots.joint import Joint, JointLimits
from grasp_robots.link import Link
from grasp_robots.section import Section, read_file
from grasp_robots.shapes import Shape


def load_robot(
    path: Path | str, gripper_folder: Path | str, gripper: Gripper | None = None
) -> RobotDescription:
    """Read a robot with its grippers.

    Parameters
    ----------
    path : of the robot's YAML file; its name without ending is the robot's name.
    gripper_folder : where the gripper files lie that the robot's file names.
    gripper : on every arm instead of the one that the file names.

    Raises
    ------
    RobotFileError : the file or a gripper's file is missing, is not YAML, or a value is missing,
        unknown, of the wrong type or impossible; the message names the file and the key.
    """
    path = Path(path)
    file = read_file(path)
    try:
        return _robot(path.stem, file, Path(gripper_folder), gripper)
    except GraspError as error:
        raise RobotFileError(f"{path}: {error}") from error


def _robot(
    name: str, file: Section, gripper_folder: Path, gripper: Gripper | None
) -> RobotDescription:
    file.check_keys(("links", "joints", "arms", "cartesian"), optional=("all_arms",))
    links = [_link(section) for section in file.sections("links")]
    joints = [_joint(section) for section in file.sections("joints")]
    arms = []
    for section in file.sections("arms"):
        arm = _arm(section, gripper_folder, gripper)
        hand = section.section("gripper")
        finger = hand.section("finger")
        finger.check_keys(("velocity", "acceleration", "jerk"))
        links += gripper_links(arm, hand.number("mass_kg", above=0.0))
        joints += gripper_joints(
            arm, *(finger.number(key) for key in ("velocity", "acceleration", "jerk"))
        )
        arms.append(arm)
    limits = file.section("cartesian")
    keys = ("velocity", "acceleration", "rotation")
    limits.check_keys(keys)
    return RobotDescription(
        name=name,
        links=tuple(links),
        joints=tuple(joints),
        arms=tuple(arms),
        cartesian=CartesianLimits(*(limits.number(key, above=0.0) for key in keys)),
        all_arms=file.text("all_arms") if "all_arms" in file else None,
    )


def _link(section: Section) -> Link:
    section.check_keys((), optional=("mass_kg", "shapes"))
    if not section.data:
        return Link(section.name)
    section.check_keys(("mass_kg", "shapes"))
    shapes = []
    for shape in section.list_of_sections("shapes"):
        shape.check_keys(("kind", "size_m", "position_m"), optional=("rpy_rad",))
        size = tuple(shape.numbers("size_m").tolist())
        shapes.append(Shape(shape.text("kind"), size, _pose(shape)))
    return Link(section.name, section.number("mass_kg"), tuple(shapes))


def _joint(section: Section) -> Joint:
    keys = ("kind", "parent", "child", "position_m")
    section.check_keys(keys, optional=("rpy_rad", "axis", "limits"))
    return Joint(
        name=section.name,
        kind=section.text("kind"),
        parent=section.text("parent"),
        child=section.text("child"),
        T_parent_joint=_pose(section),
        axis=section.numbers("axis", 3) if "axis" in section else (0.0, 0.0, 1.0),
        limits=_limits(section.section("limits")) if "limits" in section else None,
    )


def _limits(section: Section) -> JointLimits:
    rates = ("velocity", "acceleration", "jerk", "effort")
    section.check_keys(("travel", "mechanical", *rates))
    lower, upper = section.numbers("travel", 2).tolist()
    least, most = section.numbers("mechanical", 2).tolist()
    return JointLimits(lower, upper, (least, most), *(section.number(rate) for rate in rates))


def _arm(section: Section, gripper_folder: Path, gripper: Gripper | None) -> Arm:
    section.check_keys(("base", "tool", "tcp", "joints", "controller", "poses", "gripper"))
    hand = section.section("gripper")
    names = ("group", "end_effector", "controller", "links", "joints")
    hand.check_keys(("file", "mass_kg", "finger", *names))
    file = gripper_folder / f"{hand.text('file')}.yaml"
    palm, left, right = hand.texts("links", 3)
    left_joint, right_joint = hand.texts("joints", 2)
    mount = Mount(
        gripper=Gripper.load(file) if gripper is None else gripper,
        group=hand.text("group"),
        end_effector=hand.text("end_effector"),
        controller=hand.text("controller"),
        links=(palm, left, right),
        joints=(left_joint, right_joint),
    )
    poses = section.section("poses")
    return Arm(
        group=section.name,
        base=section.text("base"),
        tool=section.text("tool"),
        tcp=section.text("tcp"),
        joints=section.texts("joints"),
        poses={pose: tuple(poses.numbers(pose).tolist()) for pose in poses.data},
        controller=section.text("controller"),
        mount=mount,
    )


def _pose(section: Section) -> Float:
    """Read position_m and rpy_rad: turns about the fixed x, y, z axes, as URDF has it."""
    rpy = section.numbers("rpy_rad", 3) if "rpy_rad" in section else np.zeros(3)
    return transform(Rotation.from_euler("xyz", rpy).as_matrix(), section.numbers("position_m", 3))
