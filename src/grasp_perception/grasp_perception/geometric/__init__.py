"""The geometric detector: surface, contact pairs, jaw fit, score."""
