"""The catalogues of Sông Mây, as its site serves them."""

from __future__ import annotations

from tests.site.conftest import songmay

__all__ = ["songmay"]
