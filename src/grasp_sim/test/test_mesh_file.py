from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from grasp_sim.errors import MeshError
from grasp_sim.objects.mesh_file import load_mesh_object

BOX = trimesh.creation.box((0.02, 0.03, 0.04))


def saved(folder: Path, mesh: trimesh.Trimesh, name: str = "part.stl") -> Path:
    path = folder / name
    mesh.export(path)
    return path


@pytest.mark.parametrize("ending", ["stl", "obj", "ply", "off"])
def test_a_box_comes_back(tmp_path: Path, ending: str) -> None:
    path = saved(tmp_path, BOX, f"part.{ending}")
    model = load_mesh_object(path, density=500.0, cache=tmp_path)
    assert model.name == "part"
    assert model.mass == pytest.approx(0.012)
    assert model.sides == pytest.approx((0.02, 0.03, 0.04))


def test_overlapping_bodies_become_one(tmp_path: Path) -> None:
    two = trimesh.util.concatenate([BOX, BOX.copy().apply_translation((0.01, 0, 0))])
    model = load_mesh_object(saved(tmp_path, two), cache=tmp_path)
    assert model.mesh.volume == pytest.approx(0.03 * 0.03 * 0.04)


def test_a_file_in_millimetres_needs_its_scale(tmp_path: Path) -> None:
    path = saved(tmp_path, BOX.copy().apply_scale(1000.0))
    with pytest.raises(MeshError, match=r"part.stl: 40 m long, the most is 0.6 m; is the file in"):
        load_mesh_object(path, cache=tmp_path)
    assert load_mesh_object(path, scale=0.001, cache=tmp_path).sides[2] == pytest.approx(0.04)


def test_parts_are_scaled_with_the_mesh(tmp_path: Path) -> None:
    model = load_mesh_object(saved(tmp_path, BOX.copy().apply_scale(10)), scale=0.1, cache=tmp_path)
    assert np.ptp(model.parts[0], axis=0) == pytest.approx((0.02, 0.03, 0.04))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"gone.stl: no such file"):
        load_mesh_object(tmp_path / "gone.stl")


@pytest.mark.parametrize("name", ["noise.stl", "noise.obj", "noise.ply", "noise.xyz2", "noise.glb"])
def test_a_file_that_is_no_mesh_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is no mesh")
    with pytest.raises(MeshError, match=rf"{name}: (cannot be read as a mesh|has no triangles)"):
        load_mesh_object(path)


def test_an_open_mesh_is_named(tmp_path: Path) -> None:
    box = BOX.copy()
    box.update_faces(np.arange(12) > 0)
    with pytest.raises(MeshError, match=r"part.stl: the mesh is not watertight, 3 edges are open"):
        load_mesh_object(saved(tmp_path, box), cache=tmp_path)


def test_a_vertex_that_is_not_finite_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, BOX, "part.off")
    lines = path.read_text().split("\n")
    lines[4] = "nan 0 0"  # after the head and three vertices
    path.write_text("\n".join(lines))
    with pytest.raises(MeshError, match=r"part.off: vertex \d is not finite"):
        load_mesh_object(path, cache=tmp_path)


def test_a_sheet_is_too_thin(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=r"0.2 mm thick, the least is 0.5 mm"):
        load_mesh_object(saved(tmp_path, trimesh.creation.box((0.05, 0.05, 0.0002))))
