"""`Table`: rows of named columns, text or binary, as PCD and PLY files keep their points."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_perception.errors import CloudFileError


@dataclass(frozen=True)
class Column:
    """Column of a table; `count` values stand side by side (only single ones are read)."""

    name: str
    dtype: np.dtype[Any]
    count: int = 1


@dataclass(frozen=True)
class Table:
    """Rows of columns, not yet decoded.

    Attributes
    ----------
    columns : in the order of the file; names may repeat where nobody asks for them.
    rows : how many rows the header of the file promises.
    is_text : one row per line of numbers, else packed without gaps.
    body : what follows the header.
    """

    columns: tuple[Column, ...]
    rows: int
    is_text: bool
    body: bytes

    @property
    def row_bytes(self) -> int:
        """Bytes of one binary row."""
        return sum(column.count * column.dtype.itemsize for column in self.columns)

    def read(self, names: Collection[str]) -> dict[str, NDArray[Any]]:
        """Arrays (rows,) of those columns among `names` that exist.

        Raises
        ------
        CloudFileError : fewer rows than promised, a name occurs twice, or text is not a number.
        """
        wanted = [i for i, column in enumerate(self.columns) if column.name in names]
        found = [self.columns[i].name for i in wanted]
        if len(set(found)) != len(found):
            raise CloudFileError(f"columns {found} are not unique")
        if self.rows == 0:
            return {self.columns[i].name: np.empty(0, self.columns[i].dtype) for i in wanted}
        return self._read_text(wanted) if self.is_text else self._read_binary(wanted)

    def _read_binary(self, wanted: list[int]) -> dict[str, NDArray[Any]]:
        needed = self.rows * self.row_bytes
        if len(self.body) < needed:
            raise CloudFileError(
                f"truncated: {self.rows} points of {self.row_bytes} bytes need {needed} bytes, "
                f"the file has {len(self.body)}"
            )
        sizes = (column.count * column.dtype.itemsize for column in self.columns)
        offsets = list(accumulate(sizes, initial=0))
        return {
            column.name: np.ndarray(
                (self.rows,), column.dtype, self.body, offsets[i], (self.row_bytes,)
            )
            for i, column in ((i, self.columns[i]) for i in wanted)
        }

    def _read_text(self, wanted: list[int]) -> dict[str, NDArray[Any]]:
        lines = [line for line in self.body.splitlines() if line.strip()][: self.rows]
        if len(lines) < self.rows:
            raise CloudFileError(f"truncated: {len(lines)} of {self.rows} points")
        places = list(accumulate((column.count for column in self.columns), initial=0))
        usecols = [places[i] for i in wanted]
        try:
            values = np.loadtxt(lines, comments=None, usecols=usecols, ndmin=2, encoding="ascii")
        except ValueError as error:
            raise CloudFileError(f"points are not numbers ({error})") from error
        return {
            self.columns[i].name: _narrow(values[:, k], self.columns[i])
            for k, i in enumerate(wanted)
        }


def _narrow(values: NDArray[np.float64], column: Column) -> NDArray[Any]:
    """Values of a text column in its declared type."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        narrowed = values.astype(column.dtype)
    if column.dtype.kind != "f" and (narrowed != values).any():
        bad = values[np.argmax(narrowed != values)]
        raise CloudFileError(f"column {column.name!r}: {bad:g} is not a {column.dtype.name}")
    return narrowed
