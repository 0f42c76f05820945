"""Names of topics, services and actions."""

from __future__ import annotations


def in_namespace(namespace: str, name: str) -> str:
    """Put an absolute name (or nothing) into a namespace, with or without slashes around it."""
    inner = namespace.strip("/")
    return f"/{inner}{name}" if inner else name
