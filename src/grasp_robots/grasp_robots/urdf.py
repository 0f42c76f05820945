"""URDF of a robot: plain text, no xacro, shapes instead of meshes."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

import numpy as np

from grasp_core.transforms import transform
from grasp_robots.description import RobotDescription
from grasp_robots.joint import Joint
from grasp_robots.link import Link
from grasp_robots.shapes import Shape
from grasp_robots.xml_text import add, add_origin, number, numbers, text

#: Colour of all links, as RViz shows what has none in red.
MATERIAL, RGBA = "light_grey", (0.82, 0.83, 0.85, 1.0)

#: ros2_control's own stand-in for a robot: each joint is at once where it is told to be.
MOCK_HARDWARE = "mock_components/GenericSystem"

#: Command and state interfaces of an arm's joints, in the order that the ABB driver insists on.
INTERFACES = ("position", "velocity")


@dataclass(frozen=True)
class Hardware:
    """What ros2_control drives the robot with.

    Attributes
    ----------
    plugin : name of the hardware component.
    parameters : of the component, by name.
    fingers : whether it moves the fingers too, and not only the arms.
    """

    plugin: str = MOCK_HARDWARE
    parameters: dict[str, str] = field(default_factory=dict)
    fingers: bool = True


def urdf(robot: RobotDescription, hardware: Hardware | None = None) -> str:
    """URDF text.

    Collision and visual shapes are the robot's primitives. Where the root link is in the cell is no
    part of it but a static transform.

    Parameters
    ----------
    hardware : adds a <ros2_control> element for it; without it there is none.
    """
    root = ElementTree.Element("robot", {"name": robot.name})
    add(add(root, "material", name=MATERIAL), "color", rgba=numbers(RGBA))
    for link in robot.links:
        _add_link(root, link)
    for joint in robot.joints:
        _add_joint(root, joint)
    if hardware is not None:
        _add_hardware(root, robot, hardware)
    return text(root)


def _add_link(root: ElementTree.Element, link: Link) -> None:
    element = add(root, "link", name=link.name)
    if not link.shapes:
        return
    inertial = add(element, "inertial")
    add_origin(inertial, transform(np.eye(3), link.center))
    add(inertial, "mass", value=number(link.mass))
    entries = {
        f"i{'xyz'[i]}{'xyz'[j]}": number(link.inertia[i, j]) for i in range(3) for j in range(i, 3)
    }
    add(inertial, "inertia", **entries)
    for shape in link.shapes:
        visual = add(element, "visual")
        _add_geometry(visual, shape)
        add(visual, "material", name=MATERIAL)
        _add_geometry(add(element, "collision"), shape)


def _add_geometry(element: ElementTree.Element, shape: Shape) -> None:
    add_origin(element, shape.T_link_shape)
    geometry = add(element, "geometry")
    if shape.kind == "box":
        add(geometry, "box", size=numbers(shape.size_m))
    elif shape.kind == "cylinder":
        radius, length = shape.size_m
        add(geometry, "cylinder", radius=number(radius), length=number(length))
    else:
        add(geometry, "sphere", radius=number(shape.size_m[0]))


def _add_joint(root: ElementTree.Element, joint: Joint) -> None:
    element = add(root, "joint", name=joint.name, type=joint.kind)
    add_origin(element, joint.T_parent_joint)
    add(element, "parent", link=joint.parent)
    add(element, "child", link=joint.child)
    limits = joint.limits
    if limits is None:
        return
    add(element, "axis", xyz=numbers(joint.axis))
    add(
        element,
        "limit",
        lower=number(limits.lower),
        upper=number(limits.upper),
        velocity=number(limits.velocity),
        effort=number(limits.effort),
    )
    if joint.mimic is not None:
        add(element, "mimic", joint=joint.mimic, multiplier="1.0", offset="0.0")


def _add_hardware(root: ElementTree.Element, robot: RobotDescription, hardware: Hardware) -> None:
    system = add(root, "ros2_control", name=robot.name, type="system")
    component = add(system, "hardware")
    add(component, "plugin").text = hardware.plugin
    for name, value in hardware.parameters.items():
        add(component, "param", name=name).text = value
    home = {name: q for arm in robot.arms for name, q in zip(arm.joints, arm.home, strict=True)}
    for joint in robot.joints:
        if joint.kind == "fixed" or not (hardware.fingers or joint.name in home):
            continue
        element = add(system, "joint", name=joint.name)
        if joint.moving:
            for interface in INTERFACES if joint.name in home else INTERFACES[:1]:
                add(element, "command_interface", name=interface)
        for interface in INTERFACES:
            state = add(element, "state_interface", name=interface)
            if interface == "position" and joint.moving:  # where the stand-in starts
                add(state, "param", name="initial_value").text = number(home.get(joint.name, 0.0))
