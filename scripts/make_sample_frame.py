"""Make the depth frame that is shipped.

A few common things on a table, seen by a D435-like camera, with that camera's faults: depth in
steps of disparity, noise that grows with the square of the distance, none at edges and in speckles.
``python scripts/make_sample_frame.py`` writes the files of src/grasp_cli/grasp_cli/data again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import open3d as o3d
import yaml
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter, maximum_filter, minimum_filter

DATA = Path(__file__).resolve().parents[1] / "src" / "grasp_cli" / "grasp_cli" / "data"
SEED = 1
WIDTH, HEIGHT, FOCAL_PX = 640, 480, 610.0
#: Position of the camera and the point it looks at, metres, in the frame of the table (z up).
EYE, TARGET = np.array([0.0, -0.34, 0.46]), np.array([0.0, 0.0, 0.02])
#: D435: 50 mm between its imagers, disparities in steps of 1/32 pixel, noise of 0.08 pixel.
BASELINE_M, STEP_PX, NOISE_PX = 0.050, 1 / 32, 0.08
#: The noise of neighbouring pixels is alike, because blocks of pixels are matched.
BLOCK_PX = 1.5
#: A pixel at a step in depth of more than this has no depth; nor has this share of the others.
EDGE_M, MISSING_SHARE = 0.02, 0.004

MESH = o3d.geometry.TriangleMesh
#: Mesh, RGB, position of its centre in metres, rotation about z in degrees.
THINGS: Sequence[tuple[o3d.geometry.TriangleMesh, tuple[int, int, int], list[float], float]] = (
    (MESH.create_box(1.6, 1.2, 0.02), (146, 118, 92), [0, 0, -0.01], 0),
    (MESH.create_box(0.10, 0.06, 0.05), (196, 62, 50), [-0.13, 0.05, 0.025], 25),
    (MESH.create_box(0.03, 0.14, 0.025), (60, 120, 190), [0.02, 0.09, 0.0125], -50),
    (MESH.create_sphere(0.034, 40), (228, 168, 44), [0.12, 0.07, 0.034], 0),
    (MESH.create_cylinder(0.032, 0.10, 60), (84, 150, 92), [-0.03, -0.02, 0.05], 0),
    (MESH.create_cylinder(0.036, 0.002, 60), (225, 225, 220), [0.13, -0.07, 0.001], 0),
    (MESH.create_box(0.02, 0.02, 0.07), (120, 80, 150), [-0.13, -0.08, 0.035], 10),
    (MESH.create_box(0.06, 0.03, 0.03), (70, 170, 175), [0.06, -0.11, 0.015], 70),
    (MESH.create_torus(0.030, 0.009, 60, 24), (215, 110, 150), [0.13, -0.07, 0.011], 0),
)


def make_frame(rng: np.random.Generator) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """Depth in millimetres (H, W), 0 = none, and RGB (H, W, 3)."""
    scene = o3d.t.geometry.RaycastingScene()
    for mesh, _, position, yaw in THINGS:
        placed = o3d.geometry.TriangleMesh(mesh)
        placed.translate(position, relative=False)
        placed.rotate(MESH.get_rotation_matrix_from_xyz((0, 0, np.deg2rad(yaw))), position)
        scene.add_triangles(o3d.t.geometry.TriangleMesh.from_legacy(placed))
    intrinsics = [[FOCAL_PX, 0, WIDTH / 2], [0, FOCAL_PX, HEIGHT / 2], [0, 0, 1]]
    rays = scene.create_rays_pinhole(intrinsics, _look_at(), WIDTH, HEIGHT)
    hits = scene.cast_rays(rays)
    # The rays of create_rays_pinhole have length 1 along the optical axis: t_hit is depth.
    depth = _faulty(hits["t_hit"].numpy().astype(np.float64), rng)
    light = np.abs(hits["primitive_normals"].numpy() @ np.array([0.3, -0.4, 0.866]))
    palette = np.array([rgb for _, rgb, _, _ in THINGS], np.float64)
    color = palette[hits["geometry_ids"].numpy() % len(THINGS)] * (0.45 + 0.55 * light[..., None])
    return np.round(1000 * depth).astype(np.uint16), np.clip(color, 0, 255).astype(np.uint8)


def _faulty(depth: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Give true depth in metres the faults of a stereo camera."""
    noise = gaussian_filter(rng.normal(size=depth.shape), BLOCK_PX)
    disparity = BASELINE_M * FOCAL_PX / depth + NOISE_PX * noise / noise.std()
    seen = BASELINE_M * FOCAL_PX / (STEP_PX * np.round(disparity / STEP_PX))
    edge = maximum_filter(depth, 3) - minimum_filter(depth, 3) > EDGE_M
    speckles = rng.random(depth.shape) < MISSING_SHARE
    return np.where(edge | speckles | ~np.isfinite(depth), 0.0, seen)


def _look_at() -> NDArray[np.float64]:
    """`T_view_table` of the camera; x right, y down, z forward."""
    forward = (TARGET - EYE) / np.linalg.norm(TARGET - EYE)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    T = np.eye(4)
    T[:3, :3] = [right, np.cross(forward, right), forward]
    T[:3, 3] = -T[:3, :3] @ EYE
    return T


if __name__ == "__main__":
    depth_mm, rgb = make_frame(np.random.default_rng(SEED))
    DATA.mkdir(exist_ok=True)
    Image.fromarray(depth_mm).save(DATA / "depth.png", optimize=True)
    Image.fromarray(rgb).save(DATA / "color.png", optimize=True)
    sidecar = {"fx": FOCAL_PX, "fy": FOCAL_PX, "cx": WIDTH / 2, "cy": HEIGHT / 2}
    (DATA / "intrinsics.yaml").write_text(yaml.safe_dump({**sidecar, "color": "color.png"}))
