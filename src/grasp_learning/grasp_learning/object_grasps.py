"""`ObjectGrasps`: the labels of one object for one gripper (GPR, section IV-A), and their file."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array, check_range
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_learning.approach_rings import OBJECT_FRAME
from grasp_learning.errors import LabelError

FORMAT = "grasp_learning.ObjectGrasps"
VERSION = 1


class LabelCounts(NamedTuple):
    """What was left after each step of `object_labels.label_object`.

    Attributes
    ----------
    rays : directions drawn inside friction cones.
    opposed : pairs whose second contact lies within the stroke.
    closed : pairs in force closure.
    candidates : grasps on these pairs, one for each approach direction.
    free : grasps that do not collide with the object.
    kept : grasps after non-maximum suppression.
    """

    rays: int
    opposed: int
    closed: int
    candidates: int
    free: int
    kept: int


@dataclass(frozen=True, eq=False)
class ObjectGrasps:
    """Grasps of one object in its frame, and where on it there are none.

    Attributes
    ----------
    grasps : G grasps, best first; a score is `quality` over its upper bound.
    contacts : (G, 2, 3) metres, where the right (-y) and the left (+y) finger will touch.
    normals : (G, 2, 3) outward unit normals there.
    quality : (G,) Ferrari-Canny Q(g), small: at most the torsion limit 2/3 * friction * pad radius
        over the object's reach.
    points : (N, 3) metres, all contact points that were tried.
    positive : (N,) whether a grasp that starts from the point is in force closure and free of
        collision. The others are GPR's negative points, unsuitable for a contact.
    counts : what was left after each step.
    gripper : name of the gripper that the labels are made for.

    Raises
    ------
    ArrayError : lengths differ, or a value is not finite or out of range.
    FrameError : the grasps are not in the object's frame.
    """

    grasps: Grasps
    contacts: Float
    normals: Float
    quality: Float
    points: Float
    positive: NDArray[np.bool_]
    counts: LabelCounts
    gripper: str

    def __post_init__(self) -> None:
        n = len(self.grasps)
        points = check_array(self.points, (None, 3), "points")
        quality = check_array(self.quality, (n,), "quality")
        arrays = {
            "contacts": check_array(self.contacts, (n, 2, 3), "contacts"),
            "normals": check_array(self.normals, (n, 2, 3), "normals"),
            "quality": check_range(quality, 0.0, np.inf, "quality"),
            "points": points,
            "positive": check_array(self.positive, (len(points),), "positive", np.bool_),
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)
        if self.grasps.frame_id != OBJECT_FRAME:
            raise FrameError(f"grasps are in {self.grasps.frame_id!r}, expected {OBJECT_FRAME!r}")
        if self.counts.kept != n:
            raise ArrayError(f"counts: {self.counts.kept} kept, but there are {n} grasps")

    def __len__(self) -> int:
        return len(self.grasps)

    @property
    def shortfall(self) -> str:
        """Why there is no grasp; empty where there is one."""
        if self.counts.kept > 0:
            return ""
        if self.counts.opposed == 0:
            return f"none of {self.counts.rays} rays leaves the object within the stroke"
        if self.counts.closed == 0:
            pairs = f"{self.counts.opposed} contact pairs within the stroke"
            return f"none of {pairs} is in force closure"
        return f"all of {self.counts.candidates} grasps put the gripper into the object"

    def save(self, path: Path) -> None:
        """Write an NPZ file, which gets its name only when it is whole.

        Raises
        ------
        LabelError : the file cannot be written.
        """
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as stream:
                np.savez_compressed(
                    stream, format=FORMAT, version=VERSION, gripper=self.gripper,
                    rotations=self.grasps.rotations, positions=self.grasps.positions,
                    widths=self.grasps.widths, scores=self.grasps.scores,
                    contacts=self.contacts, normals=self.normals, quality=self.quality,
                    points=self.points, positive=self.positive, counts=np.array(self.counts),
                )  # fmt: skip
            part.replace(path)
        except OSError as error:
            raise LabelError(f"{path}: {error.strerror or error}") from error
        finally:
            with suppress(OSError):  # such as that of a folder which is a file
                part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> ObjectGrasps:
        """Read a file that `save` wrote.

        Raises
        ------
        LabelError : the file is missing, damaged, of another format or version, or its values are
            no labels; the message names it.
        """
        try:
            with zipfile.ZipFile(path):  # np.load takes other files for pickles
                pass
            with np.load(path, allow_pickle=False) as archive:
                return cls._from_arrays({name: archive[name] for name in archive.files})
        except FileNotFoundError as error:
            raise LabelError(f"{path}: missing") from error
        except LabelError as error:
            raise LabelError(f"{path}: {error}") from error
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise LabelError(f"{path}: damaged ({error})") from error
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            # NotImplementedError, RuntimeError: a damaged header asks for an unknown compression
            # or a password.
            raise LabelError(f"{path}: damaged ({error})") from error

    @classmethod
    def _from_arrays(cls, data: dict[str, NDArray[Any]]) -> ObjectGrasps:
        found = (data["format"].item(), data["version"].item())
        if found != (FORMAT, VERSION):
            raise LabelError(f"format and version {found}, this program reads {(FORMAT, VERSION)}")
        grasps = Grasps(
            data["rotations"], data["positions"], data["widths"], data["scores"], OBJECT_FRAME
        )
        return cls(
            grasps=grasps,
            contacts=data["contacts"],
            normals=data["normals"],
            quality=data["quality"],
            points=data["points"],
            positive=data["positive"],
            counts=LabelCounts(*map(int, data["counts"])),
            gripper=str(data["gripper"]),
        )
