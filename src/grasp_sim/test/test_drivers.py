from __future__ import annotations

import pytest

from grasp_sim.cameras import D435_TABLE, PHOXI_BIN
from grasp_sim.drivers import DRIVERS


def test_each_driver_stands_for_the_camera_of_one_paper() -> None:
    assert DRIVERS["d435"].setup is D435_TABLE
    assert DRIVERS["phoxi"].setup is PHOXI_BIN


@pytest.mark.parametrize("name", DRIVERS)
def test_topics_are_absolute_and_apart(name: str) -> None:
    driver = DRIVERS[name]
    topics = (driver.points, driver.depth, driver.info)
    assert len(set(topics)) == 3
    assert all(topic.startswith("/") for topic in topics)
    assert driver.encoding in ("16UC1", "32FC1")
