"""Films of a simulated cell, drawn from its bag: how the joints and the objects moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import color_sequences
from matplotlib.typing import ColorType
from PIL import Image, ImageDraw, ImageFont

from grasp_cli.errors import OptionError
from grasp_cli.mesh_picture import SUPERSAMPLING, mesh_picture
from grasp_cli.robot_picture import SCENE_COLOR, UP, placed_links
from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_perception.bags.bags import Bag
from grasp_perception.picture.shading import RGB
from grasp_perception.picture.views import view_from
from grasp_robots.home import home_values
from grasp_robots.work_cell import WorkCell
from grasp_sim.arm_scenery import tray_meshes
from grasp_sim.bins import Bin
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.objects.catalogue import load_object
from grasp_sim.ray_scene import PlacedMesh, RayScene

#: Where the simulated cell tells what is where.
JOINTS, OBJECTS = "/joint_states", "/sim_arm/objects"
#: Pixels of a frame.
WIDTH, HEIGHT = 480, 360
#: From the left in front and above, metres from the world's origin.
EYE_M = np.array([1.35, 0.95, 1.0])
OBJECT_COLORS = color_sequences["tab20"]
#: Seconds of the film for which a frame is shown.
FRAME_SEC = 0.1
STRIP_COLUMNS = 4


@dataclass(frozen=True, eq=False)
class Recording:
    """What happened in a cell, at T moments.

    Attributes
    ----------
    times_s : (T,) seconds from the first.
    joints : (T, n) in the order of the robot's `joint_names`.
    objects : names of the m objects.
    T_world_object : (T, m, 4, 4).
    """

    times_s: Float
    joints: Float
    objects: tuple[str, ...]
    T_world_object: Float

    def __len__(self) -> int:
        return len(self.times_s)


def read_recording(bag: Path, cell: WorkCell) -> Recording:
    """Read a bag with the topics `JOINTS` and `OBJECTS`; one moment for each message of the latter.

    Raises
    ------
    OptionError : the bag has no moment with both.
    grasp_perception.errors.BagError : the bag is missing or damaged.
    """
    times, joints, poses = [], [], []
    names: tuple[str, ...] = ()
    now: Float | None = None
    with Bag(bag) as opened:
        for message in opened.messages({JOINTS, OBJECTS}):
            if message.topic == JOINTS:
                content = opened.decode(message)
                value_of = dict(zip(content.name, content.position, strict=True))
                now = np.array([value_of[joint] for joint in cell.robot.joint_names])
            elif now is not None:
                frames = opened.read_transforms(message)
                names = tuple(frame.child.partition("/")[2] for frame in frames)
                times.append(message.time_ns / 1e9)
                joints.append(now)
                poses.append([frame.T_parent_child for frame in frames])
    if not times:
        raise OptionError(f"{bag}: no messages of {JOINTS} and {OBJECTS}")
    return Recording(np.array(times) - times[0], np.array(joints), names, np.array(poses))


class Camera:
    """Draws the moments of a recording, all from the same place."""

    def __init__(self, cell: WorkCell, objects: Sequence[str]) -> None:
        self._cell = cell
        self._models = [load_object(name) for name in objects]
        still = Bin(*cell.bin.size).mesh()
        self._still = [PlacedMesh(still.vertices, still.faces, np.eye(4), BACKGROUND)]
        trays = [mesh for tray in cell.trays.values() for mesh in tray_meshes(tray)]
        self._still += trays
        home, self._link_colors = placed_links(
            cell.robot, home_values(cell.robot), cell.T_world_root
        )
        seen = np.concatenate([mesh.vertices for mesh in (*trays, *home)])
        size = WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING
        self._view = view_from(EYE_M, UP, seen, *size)

    def draw(self, recording: Recording, moment: int) -> RGB:
        """Draw one moment: (HEIGHT, WIDTH, 3) uint8 RGB."""
        cell = self._cell
        links, _ = placed_links(cell.robot, recording.joints[moment], cell.T_world_root)
        first = 1 + len(self._link_colors)
        objects = [
            PlacedMesh(model.vertices, model.triangles, pose, first + i)
            for i, (model, pose) in enumerate(
                zip(self._models, recording.T_world_object[moment], strict=True)
            )
        ]
        colors: list[ColorType] = [SCENE_COLOR, *self._link_colors]
        colors += [OBJECT_COLORS[i % len(OBJECT_COLORS)] for i in range(len(objects))]
        scene = RayScene([*self._still, *links, *objects])
        none, no_colors = Grasps.empty(cell.robot.root), np.zeros((0, 3), np.float32)
        palette = np.array(colors, np.float32)
        return mesh_picture(self._view, scene, palette, none, no_colors, finger_m=1.0)


def draw_film(recording: Recording, cell: WorkCell, frames: int) -> list[Image.Image]:
    """Draw so many frames, evenly spaced in time, each with its time in a corner."""
    camera = Camera(cell, recording.objects)
    wanted = np.linspace(0.0, recording.times_s[-1], frames)
    moments = np.searchsorted(recording.times_s, wanted).clip(0, len(recording) - 1)
    font = ImageFont.load_default(18)
    film = []
    for moment in moments:
        frame = Image.fromarray(camera.draw(recording, int(moment)))
        text = f"{recording.times_s[moment]:.0f} s"
        ImageDraw.Draw(frame).text((10, 8), text, (40, 40, 40), font)
        film.append(frame)
    return film


def save_gif(path: Path, film: Sequence[Image.Image]) -> None:
    """Save an endless film."""
    small = [frame.quantize(128) for frame in film]
    small[0].save(
        path, save_all=True, append_images=small[1:], duration=int(1000 * FRAME_SEC), loop=0
    )


def save_strip(path: Path, film: Sequence[Image.Image], frames: int = 8) -> None:
    """Save some frames of a film, evenly spaced, side by side."""
    chosen = [film[i] for i in np.linspace(0, len(film) - 1, frames).round().astype(int)]
    rows = -(-frames // STRIP_COLUMNS)
    width, height = chosen[0].size
    strip = Image.new("RGB", (STRIP_COLUMNS * width, rows * height), "white")
    for i, frame in enumerate(chosen):
        strip.paste(frame, (i % STRIP_COLUMNS * width, i // STRIP_COLUMNS * height))
    strip.save(path)
