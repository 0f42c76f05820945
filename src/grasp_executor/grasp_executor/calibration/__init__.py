"""Hand-eye calibration: where the camera is, from poses of the tool and of a board."""

from __future__ import annotations
