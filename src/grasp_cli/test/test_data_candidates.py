from __future__ import annotations

import numpy as np
import pytest

from grasp_cli.data_candidates import candidates, identity, inner_region
from grasp_core.cloud import PointCloud
from grasp_core.gripper import Gripper
from grasp_core.nms import nms
from grasp_perception.gripper_files import load_gripper
from grasp_sim.bins import BINS
from grasp_sim.cameras import PHOXI_BIN
from grasp_sim.scenery import scenery
from grasp_sim.scenes import SceneSpec, make_scene
from grasp_sim.views import orbit


def test_candidates_are_many_lie_on_the_object_and_are_given_in_the_world() -> None:
    scene = make_scene(SceneSpec(0, ("brick-0000",), mode="packed"))
    T_world_camera = orbit((0.0, 0.0, 0.03), 0.6, 0.3, 0.4)
    frame = scenery(scene).render(PHOXI_BIN.camera, T_world_camera)
    cloud = frame.camera.deproject(frame.depth, "camera").transformed(T_world_camera, "world")
    gripper: Gripper = load_gripper("parallel_100mm")
    found = candidates("antipodal", cloud, BINS["bin"], gripper)
    assert found.frame_id == "world"
    # No non-maximum suppression: there are near-duplicates, as a scorer will meet them.
    assert len(found) > len(nms(found, 0.01)) > 0
    reach = np.linalg.norm(scene.models[0].vertices, axis=1).max()
    offset = np.linalg.norm(found.positions - scene.T_world_object[0, :3, 3], axis=1)
    assert offset.max() < reach + 0.02
    assert (found.widths <= gripper.max_width).all()


def test_nothing_is_proposed_where_nothing_is_seen() -> None:
    empty = PointCloud.from_xyz(np.zeros((0, 3)), "world")
    assert len(candidates("antipodal", empty, BINS["bin"], load_gripper("parallel_100mm"))) == 0


def test_a_network_is_told_from_another_of_the_same_name_by_its_weights() -> None:
    assert identity("antipodal") == "antipodal"
    name, checksum = identity("pick_scorer").split()
    assert name == "pick_scorer"
    assert len(checksum) == 64


def test_the_search_ends_before_walls_and_goes_over_the_border_of_a_table() -> None:
    bin_region, table_region = (inner_region(BINS[name], "world") for name in ("bin", "table"))
    np.testing.assert_allclose(bin_region.size[:2], 0.28)
    np.testing.assert_allclose(table_region.size[:2], 0.34)
    for region in (bin_region, table_region):
        assert region.T_frame_box[2, 3] - region.size[2] / 2 == pytest.approx(-0.01)
        assert region.frame_id == "world"
