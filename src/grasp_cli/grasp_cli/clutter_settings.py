"""The settings of `grasp bench clutter`: objects, friction, camera and attempts by name."""

from __future__ import annotations

from grasp_core.gripper import Gripper
from grasp_perception.gripper_files import load_gripper
from grasp_sim.cameras import PHOXI_BIN
from grasp_sim.clutter import Setting
from grasp_sim.objects.catalogue import NOVEL, NOVEL_SMALL, SIMILAR

#: The 100 mm stroke that both papers' width classes presume.
GRIPPER = "parallel_100mm"
#: Gripper by setting, where it is another one.
OTHER_GRIPPERS = {"phoxi_yumi": "yumi_smart_gripper"}

#: The most attempts in which 5 objects can be taken without two failures in a row: VGN's own rule
#: ends every round in time, so that its rates are those "of two failures".
VGN_ATTEMPTS = 10

SETTINGS = {
    setting.name: setting
    for setting in (
        Setting("easy_similar", SIMILAR),
        Setting("easy_novel", NOVEL),
        Setting("hard_novel", NOVEL, objects=(12, 15), friction=0.35, noise=2.0),
        # Scale-Balanced Grasp, section 5: 5 to 6 objects, 8 attempts; and small objects alone.
        Setting("small_only", NOVEL_SMALL, objects=(5, 6), attempts=8),
        Setting("isolated_small", NOVEL_SMALL, objects=(1, 1), bin="table", attempts=1),
        Setting("packed", NOVEL, (5, 5), mode="packed", bin="table", attempts=VGN_ATTEMPTS),
        Setting("pile", NOVEL, (5, 5), bin="table", attempts=VGN_ATTEMPTS),
        # GPR, section VI-C: 10 objects in a bin, 15 attempts, a PhoXi above.
        Setting("phoxi_similar", SIMILAR, objects=(10, 10), setup=PHOXI_BIN),
        Setting("phoxi_novel", NOVEL, objects=(10, 10), setup=PHOXI_BIN),
        Setting("phoxi_hard", NOVEL, (12, 15), friction=0.35, noise=2.0, setup=PHOXI_BIN),
        Setting("phoxi_small", NOVEL_SMALL, (5, 6), attempts=8, setup=PHOXI_BIN),
        # GPR's robot.
        Setting("phoxi_yumi", NOVEL, objects=(10, 10), setup=PHOXI_BIN),
    )
}


def gripper_of(setting: str) -> Gripper:
    """Load the gripper of a setting."""
    return load_gripper(OTHER_GRIPPERS.get(setting, GRIPPER))
