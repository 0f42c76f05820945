from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import trimesh

from grasp_sim.errors import MissingPackageError, UnknownObjectError
from grasp_sim.objects import novel
from grasp_sim.objects.novel import novel_object


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Packages laid out like the real ones, with a box each, instead of these."""
    box = trimesh.creation.box((4.0, 5.0, 6.0))
    random = tmp_path / "pybullet_data/random_urdfs/007"
    groceries = tmp_path / "robosuite/models/assets/objects/meshes"
    for folder, name, scale in ((random, "007", 1.0), (groceries, "milk", 0.01)):
        folder.mkdir(parents=True)
        box.copy().apply_scale(scale).export(folder / f"{name}.obj")
    for package in ("pybullet_data", "robosuite"):
        (tmp_path / package / "__init__.py").touch()
        monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_objects_have_the_scale_of_a_hand(packages: Path) -> None:
    assert novel_object("random_urdfs-007", packages).sides == pytest.approx((0.036, 0.045, 0.054))
    half = novel_object("random_urdfs_half-007", packages)
    assert half.sides == pytest.approx((0.018, 0.0225, 0.027))
    assert novel_object("robosuite-milk", packages).sides == pytest.approx((0.04, 0.05, 0.06))


def test_objects_carry_their_name_and_source(packages: Path) -> None:
    model = novel_object("random_urdfs_half-007", packages)
    assert (model.name, model.family) == ("random_urdfs_half-007", "random_urdfs_half")


@pytest.mark.parametrize("name", ["random_urdfs-7", "random_urdfs-00x", "robosuite-beer", "cup-0"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(UnknownObjectError, match=rf"no novel object '{name}'; valid: random_urdfs"):
        novel_object(name)


@pytest.mark.parametrize(
    ("name", "package"), [("random_urdfs-000", "pybullet_data"), ("robosuite-milk", "robosuite")]
)
def test_an_absent_package_is_named(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(novel, "find_spec", lambda _: None)
    with pytest.raises(MissingPackageError, match=rf"need the package {package}: pip install"):
        novel_object(name)


@pytest.mark.skipif(
    find_spec("robosuite") is None, reason="robosuite, an optional source of meshes"
)
@pytest.mark.parametrize("item", novel.ROBOSUITE)
def test_real_groceries_load(item: str, tmp_path: Path) -> None:
    assert novel_object(f"robosuite-{item}", tmp_path).mass > 0.01


@pytest.mark.skipif(find_spec("pybullet_data") is None, reason="pybullet, an optional source")
def test_a_real_random_shape_loads(tmp_path: Path) -> None:
    assert len(novel_object("random_urdfs-725", tmp_path).parts) > 1
