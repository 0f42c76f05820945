"""Tables: text and binary of the same rows read the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_perception.clouds.tables import Column, Table
from grasp_perception.errors import CloudFileError

KINDS = ("<f4", ">f4", "<f8", "u1", "<u2", ">i4", "i1")


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3)), min_size=1, max_size=5),
    st.integers(0, 4),
    st.data(),
)
def test_text_equals_binary(kinds: list[tuple[str, int]], rows: int, data: st.DataObject) -> None:
    columns = tuple(Column(f"c{i}", np.dtype(kind), n) for i, (kind, n) in enumerate(kinds))
    packed = np.zeros(rows, [(c.name, c.dtype, (c.count,)) for c in columns])
    for column in columns:
        values = data.draw(st.lists(st.integers(0, 99), min_size=rows, max_size=rows))
        packed[column.name] = np.reshape(values, (rows, 1))
    text = "\n\n".join(
        " ".join(str(value) for c in columns for value in row[c.name]) for row in packed
    )
    names = {column.name for column in columns}
    from_text = Table(columns, rows, True, text.encode()).read(names)
    from_binary = Table(columns, rows, False, packed.tobytes()).read(names)
    assert set(from_text) == set(from_binary) == names
    for column in columns:
        np.testing.assert_array_equal(from_binary[column.name], packed[column.name][:, 0])
        np.testing.assert_array_equal(from_text[column.name], packed[column.name][:, 0])
        assert from_text[column.name].dtype == from_binary[column.name].dtype == column.dtype


def test_names_may_repeat_where_nobody_asks_for_them() -> None:
    byte = np.dtype("u1")
    table = Table((Column("_", byte), Column("a", byte), Column("_", byte)), 1, False, b"\1\2\3")
    assert table.read({"a", "b"})["a"].tolist() == [2]
    with pytest.raises(CloudFileError, match=r"columns \['_', '_'\] are not unique"):
        table.read({"_"})


def test_rows_that_are_missing() -> None:
    columns = (Column("a", np.dtype("<u2")),)
    with pytest.raises(CloudFileError, match="2 points of 2 bytes need 4 bytes, the file has 3"):
        Table(columns, 2, False, b"\0\0\0").read({"a"})
    with pytest.raises(CloudFileError, match="truncated: 1 of 2 points"):
        Table(columns, 2, True, b"7\n\n").read({"a"})
    with pytest.raises(CloudFileError, match="points are not numbers"):
        Table(columns, 1, True, b"\xff\n").read({"a"})
    with pytest.raises(CloudFileError, match="column 'a': 70000 is not a uint16"):
        Table(columns, 1, True, b"70000\n").read({"a"})
