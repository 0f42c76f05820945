"""Scale-Balanced Learning (SBL): weights for the rarity of a grasp's scale.

Scale-Balanced Grasp, section 3.2, eq. 1. The scale of a seed is the width of its best label.
"""

from __future__ import annotations

import torch
from torch import Tensor

#: Classes of scale, of equal width up to the largest opening (T; 32 in the repository).
SCALES = 32
#: Weight of a seed without a label (W_n in the paper).
NEGATIVE_WEIGHT = 1.0


def scale_classes(widths: Tensor, max_width: float) -> Tensor:
    """Class, 0 to 31, of each width in metres."""
    return (widths * (SCALES / max_width)).long().clamp(0, SCALES - 1)


def scale_counts(widths: Tensor, max_width: float) -> Tensor:
    """Count the seeds of each class (32,) int64, by their widths; width 0 is a seed without one."""
    return torch.bincount(scale_classes(widths[widths > 0], max_width), minlength=SCALES)


def scale_weights(counts: Tensor) -> Tensor:
    """Weights W = 1 - ln(C / C_max) of the classes (eq. 1).

    A class without a seed counts as if it had one: it gets the largest weight that a class can
    have, 1 + ln(C_max), and not an infinite one.
    """
    counts = counts.clamp(min=1).float()
    return 1.0 - torch.log(counts / counts.max())


def seed_weights(widths: Tensor, counts: Tensor, max_width: float) -> Tensor:
    """Weights of seeds by the widths (...) of their best labels, in metres; 0 = no label.

    Parameters
    ----------
    counts : (32,) of the classes.
    """
    weights = scale_weights(counts)[scale_classes(widths, max_width)]
    return torch.where(widths > 0, weights, NEGATIVE_WEIGHT)
