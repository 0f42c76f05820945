from __future__ import annotations

from pathlib import Path

import coacd
import numpy as np
import pytest
import trimesh
from manifold3d import Manifold, OpType

from grasp_sim.errors import ConvexPartsError
from grasp_sim.objects import decomposition
from grasp_sim.objects.decomposition import convex_parts
from grasp_sim.objects.families import make_object


def volumes(parts: tuple[np.ndarray, ...]) -> list[float]:
    return [Manifold.hull_points(part).volume() for part in parts]


def test_a_convex_mesh_is_one_part(tmp_path: Path) -> None:
    box = trimesh.creation.box((0.02, 0.03, 0.04))
    parts = convex_parts(box.vertices, box.faces, tmp_path)
    assert volumes(parts) == pytest.approx([2.4e-5])


def test_a_tray_stays_open(tmp_path: Path) -> None:
    tray = make_object("tray", 0).mesh
    parts = convex_parts(tray.vertices, tray.faces, tmp_path)
    assert sum(volumes(parts)) <= 1.15 * tray.volume
    union = Manifold.batch_boolean([Manifold.hull_points(part) for part in parts], OpType.Add)
    assert union.volume() >= 0.95 * tray.volume


def test_a_second_call_reads_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrench = make_object("wrench", 0).mesh
    first = convex_parts(wrench.vertices, wrench.faces, tmp_path)
    monkeypatch.setattr(coacd, "run_coacd", None)
    again = convex_parts(wrench.vertices, wrench.faces, tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_parts_that_fill_too_much_are_refined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    l_shape = make_object("l_profile", 0).mesh
    thresholds = []

    def run(_: coacd.Mesh, threshold: float, **__: object) -> list[tuple[np.ndarray, None]]:
        thresholds.append(threshold)
        return [(l_shape.convex_hull.vertices, None)]

    monkeypatch.setattr(coacd, "run_coacd", run)
    with pytest.raises(ConvexPartsError, match=r"at most 1.15 is valid"):
        convex_parts(l_shape.vertices, l_shape.faces, tmp_path)
    assert thresholds == list(decomposition.THRESHOLDS)
    assert thresholds == sorted(thresholds, reverse=True)
