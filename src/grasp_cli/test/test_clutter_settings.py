from __future__ import annotations

import pytest

from grasp_cli.benchmark_page import CLUTTER
from grasp_cli.clutter_settings import OTHER_GRIPPERS, SETTINGS, gripper_of
from grasp_sim.bins import BINS
from grasp_sim.objects.catalogue import TRAINING


def test_the_page_explains_each_setting() -> None:
    explained = [line.split()[1] for line in CLUTTER.splitlines() if line.startswith("| ")]
    assert explained[2:] == list(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_never_trained_on(name: str) -> None:
    setting = SETTINGS[name]
    assert setting.name == name
    assert setting.bin in BINS
    assert not set(setting.catalogue) & set(TRAINING)


def test_attempts_of_the_papers() -> None:
    allowed = {name: setting.attempts for name, setting in SETTINGS.items() if setting.attempts}
    assert allowed == {
        "small_only": 8, "isolated_small": 1, "packed": 10, "pile": 10, "phoxi_small": 8
    }  # fmt: skip


def test_gripper_of_each_robot() -> None:
    assert set(OTHER_GRIPPERS) <= set(SETTINGS)
    assert gripper_of("phoxi_novel").max_width == 0.1  # Diana 7
    assert gripper_of("phoxi_yumi").max_width == 0.05
