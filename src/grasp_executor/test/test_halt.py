from __future__ import annotations

import pytest

from grasp_executor.errors import StageError
from grasp_executor.halt import Halt
from grasp_executor.pick_result import PickCode


def test_the_first_request_counts() -> None:
    halt = Halt()
    halt.check()
    assert not halt.requested
    halt.request(PickCode.CANCELED, "by the client")
    halt.request(PickCode.STOPPED, "too late")
    assert halt.requested
    with pytest.raises(StageError, match="by the client") as raised:
        halt.check()
    assert raised.value.code is PickCode.CANCELED


def test_whoever_waits_is_called_once() -> None:
    halt, calls = Halt(), []
    with halt.calling(lambda: calls.append("before")):
        pass
    with halt.calling(lambda: calls.append("during")):
        halt.request(PickCode.STOPPED, "stop")
        halt.request(PickCode.STOPPED, "again")
    assert calls == ["during"]
    with halt.calling(lambda: calls.append("after")):
        assert calls == ["during", "after"]
    assert calls == ["during", "after"]
