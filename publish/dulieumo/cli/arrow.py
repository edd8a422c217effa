"""Arrow without pandas: at its first Python value pyarrow imports pandas if it can, which costs a third of a second.

Nothing that these commands run needs it. What a process has once decided holds for it, so this is for commands only, never
for the library: `dulieumo.open_catalog` gives pandas tables.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Let pyarrow look for pandas now and not find it. Does nothing where pandas is imported already."""
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(True)
    finally:
        sys.meta_path.remove(finder)
