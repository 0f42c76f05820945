"""`Panel`: the details of a grasp, the buttons and the status lines beside the 3-D view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

import viser
from viser import GuiButtonHandle, GuiEvent, GuiNumberHandle

from grasp_core.errors import GraspError
from grasp_core.nms import grasp_distance
from grasp_perception.viewer.shown import ShownGrasps

#: A grasp of the next detection that is as near to the chosen one stays chosen, m of GPR eq. 1.
SAME_M = 0.02
#: In the field of the rank: no grasp is chosen.
NONE = 0
ASK = """The robot of the executor will **move**: {what}.

Is its cell free of people?"""


@dataclass(frozen=True)
class Actions:
    """What the buttons do; each gives its result for people, and may take its time.

    Attributes
    ----------
    detect : finds grasps in the newest cloud.
    pick : picks the only one of these grasps, or what the executor finds (None).
    stop : ends a motion that runs.
    """

    detect: Callable[[], str]
    pick: Callable[[ShownGrasps | None], str]
    stop: Callable[[], str]


class Panel:
    """The controls of everybody who looks: one choice and one status for all.

    Parameters
    ----------
    actions : None leaves the buttons out: there is no node to ask.
    on_choice : told of the index of the grasp that was chosen; None: of none.
    """

    def __init__(
        self,
        server: viser.ViserServer,
        actions: Actions | None,
        on_choice: Callable[[int | None], None],
    ) -> None:
        self._gui = server.gui
        self._on_choice = on_choice
        self._shown: ShownGrasps | None = None
        self._chosen: int | None = None
        self._busy = Lock()
        self._source = self._gui.add_markdown("")
        self._status = self._gui.add_markdown("")
        if actions is not None:
            self._add_buttons(actions)
        with self._gui.add_folder("Grasp"):
            self._rank = self._gui.add_number("rank", NONE, min=NONE, step=1, visible=False)
            self._details = self._gui.add_markdown("No grasps yet.")
        self._rank.on_update(self._on_rank)

    def add_switch(self, label: str, first: bool, switch: Callable[[bool], None]) -> None:
        """Add a box to tick; `switch` is told of each change."""
        box = self._gui.add_checkbox(label, first)
        box.on_update(lambda event: switch(event.target.value))

    def add_number(self, label: str, first: int, change: Callable[[int], None]) -> None:
        """Add a field for a positive number; `change` is told of each one."""
        field = self._gui.add_number(label, first, min=1, step=1)
        field.on_update(lambda event: change(int(event.target.value)))

    def tell_source(self, text: str) -> None:
        """Say where clouds and grasps come from, or what is waited for."""
        if self._source.content != text:
            self._source.content = text

    def tell_status(self, text: str) -> None:
        """Say what the last action ended with."""
        self._status.content = text

    def show_grasps(self, shown: ShownGrasps) -> None:
        """Offer other grasps; the chosen one stays chosen if it is still among them."""
        again = self._found_again(shown)
        self._shown = shown
        self._rank.visible, self._rank.max = len(shown.grasps) > 0, len(shown.grasps)
        self.choose(again)

    def choose(self, index: int | None) -> None:
        """Show the details of a grasp; None, or one that is not there any more: of all."""
        if self._shown is None:
            return
        if index is not None and not 0 <= index < len(self._shown.grasps):
            index = None
        self._chosen = index
        self._details.content = (
            self._shown.summary() if index is None else (self._shown.details(index))
        )
        # mypy overlooks a setter that does not follow its getter at once.
        self._rank.value = NONE if index is None else index + 1  # type: ignore[misc]
        self._on_choice(index)

    def _found_again(self, shown: ShownGrasps) -> int | None:
        """Index of the grasp among others that is the chosen one, or None."""
        if self._shown is None or self._chosen is None or len(shown.grasps) == 0:
            return None
        chosen = self._shown.grasps[self._chosen]
        if chosen.frame_id != shown.grasps.frame_id:
            return None
        distances = grasp_distance(chosen, shown.grasps)[0]
        return int(distances.argmin()) if distances.min() < SAME_M else None

    def _on_rank(self, event: GuiEvent[GuiNumberHandle[int]]) -> None:
        rank = int(event.target.value)
        index = None if rank == NONE else rank - 1
        if index != self._chosen:
            self.choose(index)

    def _add_buttons(self, actions: Actions) -> None:
        detect = self._gui.add_button("Detect", hint="Ask the perception node for grasps.")
        pick = self._gui.add_button("Pick", hint="Pick the chosen grasp, or the best.")
        stop = self._gui.add_button("Stop", hint="Stop the robot.", color="red")
        detect.on_click(lambda _: self._run("detecting", actions.detect))
        pick.on_click(lambda event: self._ask(event, actions.pick))
        stop.on_click(lambda _: self._try(actions.stop))

    def _ask(
        self, event: GuiEvent[GuiButtonHandle], pick: Callable[[ShownGrasps | None], str]
    ) -> None:
        """Ask the one who pressed Pick whether the robot may move."""
        shown, index = self._shown, self._chosen
        chosen, what = None, "it picks what the executor finds"
        if shown is not None and index is not None:
            chosen = replace(shown, grasps=shown.grasps[index])
            what = f"it picks grasp {index + 1}, score {shown.grasps.scores[index]:.3f}"
        gui = self._gui if event.client is None else event.client.gui
        question = gui.add_modal("Pick?")
        with question:
            gui.add_markdown(ASK.format(what=what))
            yes, no = gui.add_button("Move the robot", color="red"), gui.add_button("Cancel")

        def move(_: GuiEvent[GuiButtonHandle]) -> None:
            question.close()
            self._run("picking", lambda: pick(chosen))

        yes.on_click(move)
        no.on_click(lambda _: question.close())

    def _run(self, doing: str, action: Callable[[], str]) -> None:
        """Run one action at a time; what it raises on purpose becomes the status."""
        if not self._busy.acquire(blocking=False):
            return  # the status tells what is going on
        try:
            self.tell_status(f"{doing} ...")
            self._try(action)
        finally:
            self._busy.release()

    def _try(self, action: Callable[[], str]) -> None:
        try:
            self.tell_status(action())
        except GraspError as error:
            self.tell_status(f"**Error:** {error}")
