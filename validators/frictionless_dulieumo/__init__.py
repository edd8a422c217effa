"""A Frictionless plugin: offers every rule of `dulieumo_rules` to the stock `frictionless validate`.

    # checklist.yaml                                frictionless validate table.csv --checklist checklist.yaml
    checks:
      - type: dulieumo          # all rules
      - type: not-nfc           # or one of them

Frictionless finds the plugin by its module's name and makes `DulieumoPlugin`, which answers for the types of `adapter.py`.
"""

from __future__ import annotations

from typing import Any

from frictionless import Plugin

__all__ = ["DulieumoPlugin"]


class DulieumoPlugin(Plugin):
    """Answers for our check types and our error types, and leaves all others alone."""

    def select_check_class(self, type: str | None = None) -> Any:  # noqa: A002 Frictionless's name
        from . import adapter

        return adapter.check_class(type or "")

    def select_error_class(self, type: str | None = None) -> Any:  # noqa: A002 Frictionless's name
        from . import adapter

        return adapter.error_class(type or "")
