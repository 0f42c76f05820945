"""Start perception and what feeds it: ``ros2 launch grasp_perception bringup.launch.py``."""

from __future__ import annotations

from dataclasses import fields

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch_ros.actions import Node

from grasp_perception.bringup import BringupArguments, NodeSpec, node_specs, read_arguments
from launch import LaunchContext, LaunchDescription


def generate_launch_description() -> LaunchDescription:
    declared = []
    for argument in fields(BringupArguments):
        is_bool = isinstance(argument.default, bool)
        choices = ("true", "false") if is_bool else argument.metadata["choices"]
        declared.append(
            DeclareLaunchArgument(
                argument.name,
                default_value=str(argument.default).lower() if is_bool else str(argument.default),
                description=argument.metadata["description"],
                choices=list(choices) or None,
            )
        )
    return LaunchDescription([*declared, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[Node]:
    texts = {
        each.name: context.launch_configurations[each.name] for each in fields(BringupArguments)
    }
    return [node_action(spec) for spec in node_specs(read_arguments(texts))]


def node_action(spec: NodeSpec) -> Node:
    files = [spec.params_file] if spec.params_file else []
    return Node(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        namespace=spec.namespace,
        parameters=[*files, *([spec.parameters] if spec.parameters else [])],
        remappings=list(spec.remappings),
        arguments=list(spec.arguments),
        output="screen",
    )
