"""The groups of a bringup as launch descriptions: each file in `launch/` is one of these."""

from __future__ import annotations

from dataclasses import fields
from functools import partial

from launch import Action, LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    EmitEvent,
    GroupAction,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    UnsetLaunchConfiguration,
)
from launch.event_handlers import OnProcessStart
from launch.events import matches_action
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import LifecycleNode, Node
from launch_ros.event_handlers import OnStateTransition
from launch_ros.events.lifecycle import ChangeState
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare
from lifecycle_msgs.msg import Transition

from grasp_perception.bringup.arguments import BringupArguments, read_arguments
from grasp_perception.bringup.groups import GROUPS
from grasp_perception.bringup.specs import IncludeSpec, NodeSpec, Spec

#: From SIGINT until SIGTERM: an executor stops its arm first, a recorder completes its bag.
END_SEC = 10.0


def bringup_description() -> LaunchDescription:
    """All groups, each by its own launch file."""
    includes = [_include("grasp_perception", f"{group}.launch.py") for group in GROUPS]
    return LaunchDescription([*_declared_arguments(), *includes])


def group_description(group: str) -> LaunchDescription:
    """One of `GROUPS`; it takes the arguments of the whole, and reads those that concern it."""
    return LaunchDescription(
        [*_declared_arguments(), OpaqueFunction(function=partial(_start, group))]
    )


def _declared_arguments() -> list[DeclareLaunchArgument]:
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
    return declared


def _start(group: str, context: LaunchContext) -> list[Action]:
    texts = {
        each.name: context.launch_configurations[each.name] for each in fields(BringupArguments)
    }
    specs = GROUPS[group](read_arguments(texts))
    return [action for spec in specs for action in actions(spec)]


def actions(spec: Spec) -> list[Action]:
    """Actions that start a node, or include a launch file of others."""
    if isinstance(spec, IncludeSpec):
        # Its arguments may have the names of ours with other meanings.
        ours = [UnsetLaunchConfiguration(each.name) for each in fields(BringupArguments)]
        return [GroupAction([*ours, _include(spec.package, spec.file)], scoped=True)]
    node = _node(spec)
    return [*_managed(node, spec.name), node] if isinstance(node, LifecycleNode) else [node]


def _include(package: str, file: str) -> IncludeLaunchDescription:
    path = PathJoinSubstitution([FindPackageShare(package), "launch", file])
    return IncludeLaunchDescription(path)


def _node(spec: NodeSpec) -> Node:
    # launch_ros would read a text as YAML: the serial number 123 is no number.
    values = {
        name: ParameterValue(value, value_type=str) if isinstance(value, str) else value
        for name, value in spec.parameters.items()
    }
    kind = LifecycleNode if spec.managed else Node
    return kind(
        package=spec.package,
        executable=spec.executable,
        name=None if spec.several else spec.name,
        namespace=spec.namespace,
        parameters=[
            *([spec.params_file] if spec.params_file else []),
            *([values] if values else []),
        ],
        remappings=list(spec.remappings),
        arguments=list(spec.arguments),
        output="screen",
        sigterm_timeout=str(END_SEC),
    )


def _managed(node: LifecycleNode, name: str) -> list[Action]:
    """Configure a node when its process has started, and activate it when it is configured."""

    def request(transition: int) -> EmitEvent:
        return EmitEvent(
            event=ChangeState(lifecycle_node_matcher=matches_action(node), transition_id=transition)
        )

    def when(start: str, goal: str, then: Action) -> RegisterEventHandler:
        return RegisterEventHandler(
            OnStateTransition(
                target_lifecycle_node=node, start_state=start, goal_state=goal, entities=[then]
            )
        )

    configure = OnProcessStart(
        target_action=node, on_start=[request(Transition.TRANSITION_CONFIGURE)]
    )
    return [
        RegisterEventHandler(configure),
        when("configuring", "inactive", request(Transition.TRANSITION_ACTIVATE)),
        when("activating", "active", LogInfo(msg=f"{name} is active")),
        when(
            "configuring",
            "unconfigured",
            LogInfo(
                msg=f"{name} could not be configured; mend the cause it names, then: "
                f"ros2 lifecycle set /{name} configure"
            ),
        ),
    ]
