"""`grasp robot`: writes a robot's URDF, SRDF, MoveIt and ros2_control files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def robot(
    name: Annotated[
        str, typer.Argument(help="Of a robot in config/robots, or the path of a YAML file.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the files go.")],
    gripper: Annotated[
        str, typer.Option(help="In place of the robot's own: a name or the path of a YAML file.")
    ] = "",
    prefix: Annotated[str, typer.Option(help="Put before every link and joint.")] = "",
    rename: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW", help="New name of a link, joint, group or controller; repeatable."
        ),
    ] = None,
    hardware: Annotated[
        str,
        typer.Option(
            help="ros2_control's plugin for the arms; by default the stand-in, for fingers too."
        ),
    ] = "",
    hardware_param: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Parameter of the plugin; repeatable."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A PNG of the robot at home.")
    ] = None,
) -> None:
    """Write the files that MoveIt, ros2_control and RViz want of a robot."""
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.overrides import parse_texts
    from grasp_cli.robot_files import load_named_robot
    from grasp_cli.robot_picture import robot_picture
    from grasp_perception.picture.render import save_picture
    from grasp_robots.config_folder import write_config_folder
    from grasp_robots.home import home_values
    from grasp_robots.names import renamed
    from grasp_robots.urdf import MOCK_HARDWARE, Hardware

    made = renamed(load_named_robot(name, gripper), parse_texts(rename or []), prefix)
    parameters = parse_texts(hardware_param or [])
    # The plugins of the public drivers of our arms move no fingers.
    component = Hardware(hardware or MOCK_HARDWARE, parameters, fingers=not hardware)
    write_config_folder(made, out, component)
    console = Console(soft_wrap=True)
    console.print(
        f"{made.name}: {len(made.joint_names)} joints, arms "
        f"{', '.join(arm.group for arm in made.arms)}; files in {out}"
    )
    if picture is not None:
        save_picture(picture, robot_picture(made, home_values(made)))
        console.print(f"Picture: {picture}")
