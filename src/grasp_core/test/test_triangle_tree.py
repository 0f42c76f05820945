from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_core.errors import ArrayError, FrameError
from grasp_core.triangle_tree import LEAF_SIZE, Nodes, TriangleTree

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def below(nodes: Nodes, node: int) -> list[int]:
    """Triangles that a walk over the whole subtree of `node` meets."""
    met: list[int] = []
    for i in range(node, nodes.after[node]):
        met.extend(range(nodes.begin[i], nodes.end[i]))
    return met


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.sampled_from([1, LEAF_SIZE, LEAF_SIZE + 1, 100]),
    same=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_each_triangle_stands_in_one_leaf_and_within_every_bound(
    seed: int, n: int, same: bool
) -> None:
    rng = np.random.default_rng(seed)
    vertices = np.full((50, 3), 0.5) if same else rng.normal(size=(50, 3))
    triangles = rng.integers(50, size=(n, 3))
    nodes = TriangleTree.build(vertices, triangles, "object").nodes
    assert sorted(nodes.corners.tolist()) == sorted(vertices[triangles].tolist())
    assert below(nodes, 0) == list(range(n))
    for node in range(len(nodes.after)):
        assert nodes.end[node] - nodes.begin[node] <= LEAF_SIZE
        corners = nodes.corners[below(nodes, node)].reshape(-1, 3)
        np.testing.assert_array_equal(nodes.lower[node], corners.min(axis=0))
        np.testing.assert_array_equal(nodes.upper[node], corners.max(axis=0))


def test_a_walk_may_pass_over_any_subtree() -> None:
    mesh = trimesh.creation.icosphere(2)
    nodes = TriangleTree.build(mesh.vertices, mesh.faces, "object").nodes
    for node in np.flatnonzero(nodes.begin == nodes.end):  # inner nodes
        first, second = node + 1, nodes.after[node + 1]
        assert nodes.after[second] == nodes.after[node]
        assert below(nodes, first) + below(nodes, second) == below(nodes, node)


def test_a_mesh_is_closed_when_its_edges_cancel() -> None:
    def closed(vertices: object, triangles: object) -> bool:
        return TriangleTree.build(vertices, triangles, "object").closed  # type: ignore[arg-type]

    turned = FACES.copy()
    turned[0] = turned[0, ::-1]
    soup = TETRAHEDRON[FACES].reshape(-1, 3)  # every triangle with vertices of its own, as in STL
    two = np.concatenate([TETRAHEDRON, TETRAHEDRON + 0.1])
    assert closed(TETRAHEDRON, FACES)
    assert closed(TETRAHEDRON, FACES[:, ::-1])
    assert closed(soup, np.arange(12).reshape(4, 3))
    assert closed(two, np.concatenate([FACES, FACES + 4]))
    assert not closed(TETRAHEDRON, FACES[1:])
    assert not closed(TETRAHEDRON, turned)
    assert not closed(soup + np.eye(12)[:, :3] * 1e-9, np.arange(12).reshape(4, 3))


def test_a_triangle_without_area_does_not_open_a_mesh() -> None:
    with_line = np.concatenate([FACES, [[0, 1, 1], [2, 2, 2]]])
    assert TriangleTree.build(TETRAHEDRON, with_line, "object").closed


def test_no_triangles() -> None:
    tree = TriangleTree.build(np.zeros((0, 3)), np.zeros((0, 3)), "object")
    assert len(tree) == 0
    assert not tree.closed


def test_bad_meshes_are_refused() -> None:
    with pytest.raises(ArrayError, match=r"triangles: \[0, 1, 4\] at 1 is not in \[0, 3\]"):
        TriangleTree.build(TETRAHEDRON, [[0, 1, 2], [0, 1, 4]], "object")
    with pytest.raises(ArrayError, match=r"triangles: \[-1, 1, 2\] at 0 is not in \[0, 3\]"):
        TriangleTree.build(TETRAHEDRON, [[-1, 1, 2]], "object")
    with pytest.raises(ArrayError, match=r"vertices: value at index \[1, 0\] is not finite"):
        TriangleTree.build([[0, 0, 0], [np.inf, 0, 0]], [[0, 1, 1]], "object")
    with pytest.raises(ArrayError, match=r"triangles: shape \(1, 4\), expected \(N, 3\)"):
        TriangleTree.build(TETRAHEDRON, [[0, 1, 2, 3]], "object")
    with pytest.raises(FrameError, match="a mesh needs the name of the frame"):
        TriangleTree.build(TETRAHEDRON, FACES, "")
