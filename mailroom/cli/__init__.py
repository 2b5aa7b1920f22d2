"""The command line: `mailroom …`. Names and exit codes are a contract (docs/cli.md)."""

from __future__ import annotations

from mailroom.cli.app import main

__all__ = ["main"]
