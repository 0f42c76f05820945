"""`grasp pick` and `grasp clear`: ask a running executor to pick one object, or all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from typer import Option

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FAILED = 1
Arm = Annotated[str, Option(help="Group of the arm; empty: any that reaches.")]
Namespace = Annotated[str, Option(help="Of the executor node.")]
Wait = Annotated[float, Option(min=0.0, metavar="SECONDS", help="Longest wait for the nodes.")]


def pick(
    mask: Annotated[
        Path | None,
        Option(metavar="FILE", help="Image as large as the cloud, not black on the object."),
    ] = None,
    arm: Arm = "",
    namespace: Namespace = "",
    wait: Wait = 30.0,
) -> None:
    """Pick one object and place it, with the nodes of `grasp up robot:=yumi camera:=sim`.

    Ctrl-C cancels. Exit code: 0 if it was placed, 1 if not, 2 if there is no executor.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.pick_report import interrupt_on_signals, pick_table, wait_for_nodes
    from grasp_executor.client_node import PickClient
    from grasp_executor.pick_result import PickCode

    target = None if mask is None else _read_mask(mask)
    console = Console(markup=False, highlight=False)
    interrupt_on_signals()
    with PickClient(namespace) as client:
        wait_for_nodes(client, namespace, wait)
        with console.status("picking"):
            result = client.pick(target, arm)
    console.print(pick_table(result.attempts))
    console.print(f"{result.code.name} in {result.stage.value}: {result.message or 'placed'}")
    if result.code is not PickCode.SUCCESS:
        raise typer.Exit(FAILED)


def clear(
    max_picked: Annotated[int, Option(min=0, help="End after so many; 0: no limit.")] = 0,
    max_attempts: Annotated[int, Option(min=0, help="End after so many; 0: no limit.")] = 0,
    arm: Arm = "",
    namespace: Namespace = "",
    wait: Wait = 30.0,
) -> None:
    """Pick object after object until none is found, with the nodes of `grasp up`.

    Ctrl-C cancels. Exit code: 0 if it was cleared or a limit met, 1 if not, 2 without executor.
    """
    from grasp_cli.pick_report import (
        interrupt_on_signals,
        pick_table,
        progress_line,
        time_table,
        wait_for_nodes,
    )
    from grasp_executor.clear_bin import ClearLimits
    from grasp_executor.client_node import PickClient

    console = Console(markup=False, highlight=False)
    limits = ClearLimits(max_attempts=max_attempts, max_picked=max_picked)
    interrupt_on_signals()
    with PickClient(namespace) as client:
        wait_for_nodes(client, namespace, wait)
        with progress_line(console) as watch:
            result = client.clear_bin(limits, watch, arm)
    console.print(pick_table(result.records))
    console.print(time_table(result.records))
    console.print(f"{result.code.name}, {result.picked} picked: {result.message}")
    if result.code < 0:
        raise typer.Exit(FAILED)


def _read_mask(path: Path) -> NDArray[np.bool_]:
    """Read a mask (H, W): True where any channel of the image is not 0."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            values = np.asarray(image)
    except (OSError, UnidentifiedImageError) as error:
        raise OptionError(f"{path}: no image ({error})") from error
    mask: NDArray[np.bool_] = np.any(values.reshape(*values.shape[:2], -1), axis=2)
    return mask
