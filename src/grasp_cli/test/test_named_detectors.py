from __future__ import annotations

from pathlib import Path

import pytest

from grasp_cli.errors import OptionError
from grasp_cli.named_detectors import named_detector, shared_detector, title
from grasp_core.errors import ModelFileError


def test_an_installed_detector_is_made() -> None:
    assert named_detector("antipodal").name == "antipodal"


def test_a_process_shares_a_detector() -> None:
    assert shared_detector("random") is shared_detector("random")
    assert named_detector("random") is not named_detector("random")


def test_unknown_names_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"no detector 'magic'; valid: antipodal.*, or FILE\.ts"):
        named_detector("magic")
    with pytest.raises(ModelFileError, match=r"net\.ts\.sha256.*grasp export writes it"):
        named_detector(str(tmp_path / "net.ts"))
    (tmp_path / "net.ts.sha256").write_text("abc  net.ts\n")
    with pytest.raises(ModelFileError, match="'abc' is not 64 hexadecimal digits"):
        named_detector(str(tmp_path / "net.ts"))


def test_a_file_is_called_by_its_name() -> None:
    assert title("runs/sbg_baseline.ts") == "sbg_baseline"
    assert title("antipodal") == "antipodal"
