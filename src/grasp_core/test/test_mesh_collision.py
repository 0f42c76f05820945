from __future__ import annotations

from dataclasses import replace

import fcl
import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.mesh_collision import boxes_hit_mesh, gripper_mesh_collisions
from grasp_core.transforms import inverse, transform
from grasp_core.triangle_tree import TriangleTree

# Fingers: 60 mm long, 20 mm wide, 10 mm thick; palm 80 x 140 x 60 mm.
GRIPPER = Gripper(
    name="test", min_width=0.0, max_width=0.1, finger_length=0.06, finger_width=0.02,
    finger_thickness=0.01, pad_length=0.04, palm_size=(0.08, 0.14, 0.06), T_tool_grasp=np.eye(4),
    joint="finger_joint", scale=1.0, offset=0.0, force_n=40.0,
)  # fmt: skip
SEEDS = st.integers(0, 2**32 - 1)
UNIT_CUBE = trimesh.creation.box(bounds=[[0, 0, 0], [1, 1, 1]])
TORUS = trimesh.creation.torus(0.06, 0.012, 24, 12)


def tree_of(mesh: trimesh.Trimesh) -> TriangleTree:
    return TriangleTree.build(mesh.vertices, mesh.faces, "object")


def hit(tree: TriangleTree, lower: object, upper: object, T: Float | None = None) -> bool:
    """Whether one box meets the mesh."""
    pose = (np.eye(4) if T is None else T)[None]
    corners = (np.array(corner, dtype=float).reshape(1, 1, 3) for corner in (lower, upper))
    (result,) = boxes_hit_mesh(tree, pose, *corners)
    return bool(result)


def clip_meets(corners: Float, T: Float, lower: Float, upper: Float) -> bool:
    """The definition for one triangle: cut it with the six half-spaces; is anything left?"""
    T_box_frame = inverse(T)
    polygon = list(corners @ T_box_frame[:3, :3].T + T_box_frame[:3, 3])
    for axis in range(3):
        for sign, bound in ((1.0, upper[axis]), (-1.0, -lower[axis])):
            inside = [bound - sign * p[axis] for p in polygon]  # >= 0 in the half-space
            rest = []
            for k, p in enumerate(polygon):
                if inside[k - 1] * inside[k] < 0.0:
                    share = inside[k - 1] / (inside[k - 1] - inside[k])
                    rest.append(polygon[k - 1] + share * (p - polygon[k - 1]))
                if inside[k] >= 0.0:
                    rest.append(p)
            polygon = rest
    return len(polygon) > 0


def solid_angle_winding(corners: Float, point: Float) -> int:
    """The definition of the winding number: the solid angles of the triangles over 4 pi.

    Solid angle of a triangle: van Oosterom and Strackee, 1983.
    """
    a, b, c = np.moveaxis(corners - point, 1, 0)
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c))
    dots = [np.einsum("ij,ij->i", *pair) for pair in ((a, b), (b, c), (c, a))]
    angles = 2 * np.arctan2(volume, la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb)
    return round(float(angles.sum()) / (4 * np.pi))


def random_boxes(
    rng: np.random.Generator, n: int, spread: float, size: float
) -> tuple[Float, Float, Float]:
    """Two boxes at each of N random poses around the origin."""
    T = transform(Rotation.random(n, rng=rng).as_matrix(), rng.normal(0.0, spread, (n, 3)))
    middle = rng.normal(0.0, size, (n, 2, 3))
    half = rng.uniform(0.0, size, (n, 2, 3))
    return T, middle - half, middle + half


@given(seed=SEEDS, shape=st.sampled_from(["triangle", "line", "point"]))
@settings(max_examples=40, deadline=None)
def test_one_triangle_equals_the_definition(seed: int, shape: str) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(3, 3))
    if shape != "triangle":
        corners[2] = corners[0]
    if shape == "point":
        corners[1] = corners[0]
    tree = TriangleTree.build(corners, [[0, 1, 2]], "object")
    T, lower, upper = random_boxes(rng, 30, spread=1.0, size=0.6)
    expected = [
        any(clip_meets(corners, T[n], lower[n, b], upper[n, b]) for b in range(2))
        for n in range(30)
    ]
    assert boxes_hit_mesh(tree, T, lower, upper).tolist() == expected


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_mesh_is_hit_where_one_of_its_triangles_is_hit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mesh = TORUS.copy()
    mesh.update_faces(np.arange(len(mesh.faces)) != 7)  # a hole: the inside does not count
    boxes = random_boxes(rng, 100, spread=0.04, size=0.01)
    triangles = [TriangleTree.build(corners, [[0, 1, 2]], "object") for corners in mesh.triangles]
    each = np.array([boxes_hit_mesh(triangle, *boxes) for triangle in triangles])
    hits = boxes_hit_mesh(tree_of(mesh), *boxes)
    assert 0 < hits.sum() < 100
    np.testing.assert_array_equal(hits, each.any(axis=0))


def fcl_hits(mesh: trimesh.Trimesh, T: Float, lower: Float, upper: Float) -> NDArray[np.bool_]:
    """(N,) whether the surface of the mesh meets one of the boxes, by the library FCL."""
    model = fcl.BVHModel()
    model.beginModel(len(mesh.vertices), len(mesh.faces))
    model.addSubModel(mesh.vertices, mesh.faces)
    model.endModel()
    surface = fcl.CollisionObject(model)
    hits = np.zeros(len(T), dtype=bool)
    for n, b in np.ndindex(lower.shape[:2]):
        middle = T[n, :3, :3] @ (lower[n, b] + upper[n, b]) / 2 + T[n, :3, 3]
        pose = fcl.Transform(T[n, :3, :3], middle)
        box = fcl.CollisionObject(fcl.Box(*(upper[n, b] - lower[n, b])), pose)
        hits[n] |= fcl.collide(surface, box) > 0
    return hits


def test_the_surface_equals_fcl() -> None:
    rng = np.random.default_rng(5)
    mesh = TORUS.copy()
    mesh.update_faces(np.arange(len(mesh.faces)) != 7)  # FCL knows no inside
    boxes = random_boxes(rng, 1500, spread=0.05, size=0.012)
    hits = boxes_hit_mesh(tree_of(mesh), *boxes)
    assert 200 < hits.sum() < 1300
    np.testing.assert_array_equal(hits, fcl_hits(mesh, *boxes))


def test_a_gripper_at_a_mesh_equals_fcl() -> None:
    rng = np.random.default_rng(6)
    n = 1000
    grasps = Grasps(
        Rotation.random(n, rng=rng).as_matrix(),
        rng.uniform(-0.08, 0.08, (n, 3)),
        rng.uniform(0.0, 0.1, n),
        np.ones(n),
        "object",
    )
    hits = gripper_mesh_collisions(grasps, GRIPPER, tree_of(TORUS), approach_distance=0.05)
    boxes = grasps.T_frame_grasp, *GRIPPER.boxes(grasps.widths, 0.05)
    assert 100 < hits.sum() < 900
    np.testing.assert_array_equal(hits, fcl_hits(TORUS, *boxes))  # no part fits into the torus


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("side", [0, 1])
def test_touching_is_meeting_and_a_gap_is_not(axis: int, side: int) -> None:
    cube = tree_of(UNIT_CUBE)
    lower, upper = np.full(3, 0.25), np.full(3, 0.75)
    touching = np.array([1.0, 1.5] if side else [-0.5, 0.0])
    for gap, meets in ((0.0, True), (1e-7, False)):
        lower[axis], upper[axis] = touching + (gap if side else -gap)
        assert hit(cube, lower, upper) is meets


def test_touching_at_an_edge_and_at_a_corner() -> None:
    cube = tree_of(UNIT_CUBE)
    assert hit(cube, [1, 1, 0], [2, 2, 1])
    assert hit(cube, [1, 1, 1], [2, 2, 2])
    assert not hit(cube, [1 + 1e-7, 1, 1], [2, 2, 2])


def test_crossed_edges_need_the_cross_product_axes() -> None:
    """A long bar across an edge of the cube; no face normal of either separates the two."""
    turn = Rotation.from_euler("z", 45, degrees=True) * Rotation.from_euler("x", 45, degrees=True)
    bar = [-5.0, -0.1, -0.1], [5.0, 0.1, 0.1]
    away = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
    reach = 0.1 * np.sqrt(2)  # half the diagonal of the bar, which points along `away`
    edge = [1.0, 0.0, 0.5]
    for gap, meets in ((-1e-6, True), (1e-6, False)):
        T = transform(turn.as_matrix(), edge + (reach + gap) * away)
        assert hit(tree_of(UNIT_CUBE), *bar, T) is meets


def test_a_box_wholly_inside_a_closed_mesh_meets_it() -> None:
    inside = [0.4, 0.4, 0.4], [0.6, 0.6, 0.6]
    open_cube = UNIT_CUBE.copy()
    open_cube.update_faces(np.arange(12) != 0)
    inside_out = UNIT_CUBE.copy()
    inside_out.invert()
    hollow = trimesh.util.concatenate(
        [UNIT_CUBE, trimesh.creation.box(bounds=[[0.2] * 3, [0.8] * 3])]
    )
    hollow.faces[12:] = hollow.faces[12:, ::-1]
    assert hit(tree_of(UNIT_CUBE), *inside)
    assert hit(tree_of(inside_out), *inside)
    assert not hit(tree_of(open_cube), *inside)
    assert not hit(tree_of(hollow), *inside)
    assert hit(tree_of(hollow), [0.1, 0.45, 0.45], [0.15, 0.5, 0.5])  # in the wall


def test_a_mesh_wholly_inside_a_box_meets_it() -> None:
    assert hit(tree_of(UNIT_CUBE), [-1, -1, -1], [2, 2, 2])


def test_a_box_far_away_meets_nothing() -> None:
    assert not hit(tree_of(UNIT_CUBE), [0.4, 0.4, 5.0], [0.6, 0.6, 6.0])
    assert not hit(tree_of(UNIT_CUBE), [0.4, 0.4, -6.0], [0.6, 0.6, -5.0])


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_inside_equals_the_winding_number(seed: int) -> None:
    """Points straight below corners and edges, which the ray passes through, are among them."""
    rng = np.random.default_rng(seed)
    bodies = []
    for _ in range(4):  # cubes that overlap
        body = trimesh.creation.icosphere(1) if rng.random() < 0.5 else UNIT_CUBE.copy()
        body.apply_transform(transform(np.eye(3), rng.integers(-2, 3, 3) / 2))
        bodies.append(body)
    mesh = trimesh.util.concatenate(bodies)
    points = rng.uniform(-2.0, 2.0, (60, 3))
    aligned = mesh.vertices[rng.integers(len(mesh.vertices), size=60)]
    points[::2, :2] = aligned[::2, :2]
    points[::3, 1] = aligned[::3, 1]
    tree, tiny = tree_of(mesh), np.full((60, 1, 3), 1e-7)
    boxes = transform(np.eye(3), points), -tiny, tiny
    on_surface = boxes_hit_mesh(replace(tree, closed=False), *boxes)
    assert on_surface.sum() < 30
    expected = [solid_angle_winding(mesh.triangles, point) != 0 for point in points[~on_surface]]
    assert boxes_hit_mesh(tree, *boxes)[~on_surface].tolist() == expected


def test_the_way_from_the_pre_grasp_must_be_free() -> None:
    """The approach is -z; a plate hangs 0.1 m behind the palm, which ends at z = 0.14."""
    rotation = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]
    grasp = Grasps([rotation], np.zeros((1, 3)), [0.04], [1.0], "object")
    plate = tree_of(trimesh.creation.box(bounds=[[-0.1, -0.1, 0.24], [0.1, 0.1, 0.25]]))
    for approach_distance, collides in ((0.0, False), (0.0999, False), (0.1001, True)):
        result = gripper_mesh_collisions(grasp, GRIPPER, plate, approach_distance)
        assert result.tolist() == [collides]


def test_a_rod_between_the_fingers_is_free_until_they_are_too_narrow() -> None:
    rod = tree_of(trimesh.creation.box(extents=[0.01, 0.03, 0.5]))
    widths = np.array([0.02, 0.0299, 0.0301, 0.1])
    n = len(widths)
    grasps = Grasps([np.eye(3)] * n, np.zeros((n, 3)), widths, np.ones(n), "object")
    expected = [True, True, False, False]
    assert gripper_mesh_collisions(grasps, GRIPPER, rod).tolist() == expected


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_moving_mesh_and_boxes_together_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    T, lower, upper = random_boxes(rng, 200, spread=0.05, size=0.01)
    T_base_object = transform(Rotation.random(rng=rng).as_matrix(), rng.normal(size=3))
    moved = TORUS.copy()
    moved.apply_transform(T_base_object)
    np.testing.assert_array_equal(
        boxes_hit_mesh(tree_of(TORUS), T, lower, upper),
        boxes_hit_mesh(tree_of(moved), T_base_object @ T, lower, upper),
    )


def test_a_body_kilometres_away_and_repeated_triangles_change_nothing() -> None:
    boxes = random_boxes(np.random.default_rng(7), 200, spread=0.05, size=0.01)
    far = UNIT_CUBE.copy()
    far.apply_translation([1e4, 0.0, 0.0])
    scene = trimesh.util.concatenate([TORUS, far])
    triangles = np.concatenate([scene.faces, TORUS.faces, [[0, 0, 0]]])
    np.testing.assert_array_equal(
        boxes_hit_mesh(TriangleTree.build(scene.vertices, triangles, "object"), *boxes),
        boxes_hit_mesh(tree_of(TORUS), *boxes),
    )


def test_no_grasps_and_no_triangles() -> None:
    nothing = TriangleTree.build(np.zeros((0, 3)), np.zeros((0, 3)), "object")
    grasp = Grasps([np.eye(3)], np.zeros((1, 3)), [0.04], [1.0], "object")
    assert gripper_mesh_collisions(grasp, GRIPPER, nothing).tolist() == [False]
    none = Grasps.empty("object")
    assert gripper_mesh_collisions(none, GRIPPER, tree_of(UNIT_CUBE)).shape == (0,)


def test_bad_arguments_are_refused() -> None:
    cube = tree_of(UNIT_CUBE)
    elsewhere = Grasps([np.eye(3)], np.zeros((1, 3)), [0.04], [1.0], "base")
    with pytest.raises(FrameError, match="grasps are in base, the mesh is in object"):
        gripper_mesh_collisions(elsewhere, GRIPPER, cube)
    with pytest.raises(ArrayError, match=r"approach_distance: -0\.1 m must not be negative"):
        gripper_mesh_collisions(Grasps.empty("object"), GRIPPER, cube, -0.1)
    with pytest.raises(ArrayError, match=r"upper: shape \(1, 2, 3\), expected \(1, 1, 3\)"):
        boxes_hit_mesh(cube, np.eye(4)[None], np.zeros((1, 1, 3)), np.zeros((1, 2, 3)))
