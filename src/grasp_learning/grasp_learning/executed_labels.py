"""`ExecutedLabels`: grasps of labelled objects, what is known of each, and what physics says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float, check_array, check_range
from grasp_learning.label_predictors import PREDICTORS
from grasp_learning.trials import UNSTABLE
from grasp_learning.view_sample import OUTCOMES

#: Coefficients of friction at which grasps are executed. The least is that of the labels.
FRICTIONS = (0.3, 0.45, 0.6, 0.8)


@dataclass(frozen=True, eq=False)
class ExecutedLabels:
    """N grasps of several scenes.

    Attributes
    ----------
    scenes : (N,) number of each grasp's scene.
    needed_friction : (N,) least friction at which the grasp is in force closure.
    widths_m : (N,) metres, opening on the approach.
    predictors : (N, P), see `PREDICTORS`.
    outcomes : (N, F) index into `OUTCOMES` at each of `FRICTIONS`; `UNSTABLE`: unknown.
    displaced : (N, F) the same from displaced poses; `UNSTABLE` also where not executed.

    Raises
    ------
    ArrayError : lengths differ, or a value is not finite or out of range.
    """

    scenes: NDArray[np.int64]
    needed_friction: Float
    widths_m: Float
    predictors: Float
    outcomes: NDArray[np.int8]
    displaced: NDArray[np.int8]

    def __post_init__(self) -> None:
        n = len(self.scenes)
        arrays = {
            "scenes": check_array(self.scenes, (n,), "scenes", np.int64),
            "needed_friction": check_array(self.needed_friction, (n,), "needed_friction"),
            "widths_m": check_array(self.widths_m, (n,), "widths_m"),
            "predictors": check_array(self.predictors, (n, len(PREDICTORS)), "predictors"),
        }
        for name in ("outcomes", "displaced"):
            array = check_array(getattr(self, name), (n, len(FRICTIONS)), name, np.int8)
            arrays[name] = check_range(array, UNSTABLE, len(OUTCOMES) - 1, name)
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        return len(self.scenes)

    def __getitem__(self, index: AnyInteger | NDArray[np.bool_]) -> ExecutedLabels:
        """Select grasps by their indices or a mask (N,)."""
        return ExecutedLabels(*(getattr(self, field.name)[index] for field in fields(self)))

    @classmethod
    def concatenate(cls, parts: Sequence[ExecutedLabels]) -> ExecutedLabels:
        """Join the grasps of at least one scene."""
        columns = [[getattr(part, field.name) for part in parts] for field in fields(cls)]
        return cls(*(np.concatenate(column) for column in columns))

    @property
    def positives(self) -> ExecutedLabels:
        """Those that a data set labels as positive."""
        return self[self.needed_friction <= FRICTIONS[0]]

    def predictor(self, name: str) -> Float:
        """Give one column (N,) of `predictors`."""
        column: Float = self.predictors[:, PREDICTORS.index(name)]
        return column
