"""`grasp calibrate`: finds where the camera is, from recorded poses of the tool and of a board."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def calibrate(
    poses: Annotated[
        Path,
        typer.Argument(
            metavar="POSES.npz",
            help="Arrays T_base_tool and T_camera_board (N, 4, 4), a pair for each recording.",
        ),
    ],
    parent: Annotated[
        str, typer.Option(help="Frame of the robot's base; with --camera-on-arm of the tool.")
    ],
    child: Annotated[str, typer.Option(help="Optical frame of the camera.")],
    out: Annotated[Path, typer.Option(metavar="FILE")] = Path("config/handeye.yaml"),
    camera_on_arm: Annotated[
        bool, typer.Option("--camera-on-arm", help="The arm carries the camera; the board stands.")
    ] = False,
) -> None:
    """Solve hand-eye calibration and write the camera's pose."""
    # Imported here: `grasp --help` need not wait for them.
    from grasp_executor.calibration.hand_eye import HandEye
    from grasp_executor.calibration.pose_pairs import load_pose_pairs
    from grasp_executor.calibration.solve import calibrate as solve

    T_base_tool, T_camera_board = load_pose_pairs(poses)
    found = solve(T_base_tool, T_camera_board, camera_on_arm=camera_on_arm)
    HandEye(parent, child, found.T_parent_camera).save(out)
    Console(soft_wrap=True).print(
        f"{len(T_base_tool)} recordings agree to {1e3 * found.position_rms_m:.2f} mm and "
        f"{1e3 * found.angle_rms_rad:.2f} mrad (rms); {child} in {parent}: {out}"
    )
