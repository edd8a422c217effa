"""Nobody is alone in the table: each combination of quasi-identifiers is shared by at least k rows.

Age, ward and sex are harmless one by one and name a person together. Mark such columns with
`dulieumo:quasiIdentifier: true`, and say how many rows must share each combination:

    dulieumo:checks:
      - {rule: reidentification-risk, minimum: 5}

Undeclared, 5 is the bound and a smaller group a warning; declared, it is an error. `sensitive: ket_qua` with
`minimum-different: 2` asks besides that no group has one and the same value in that column: otherwise knowing that
somebody is in the group is knowing their result. The finding says how many rows are in groups that are too small, and
which column to generalise first; it never shows the values of a group.
"""

from __future__ import annotations

from dulieumo_rules.findings import Severity
from dulieumo_rules.shape import Table

CODE = "reidentification-risk"
SEVERITY = Severity.WARNING
MINIMUM = 5
DIFFERENT = 2


def minimum(table: Table) -> int:
    """How many rows must share a combination."""
    return max((_whole(entry.get("minimum"), MINIMUM) for entry in table.asked(CODE)), default=MINIMUM)


def minimum_different(table: Table) -> int:
    """How many values the sensitive column must have in each group."""
    return max((_whole(entry.get("minimum-different"), DIFFERENT) for entry in table.asked(CODE)), default=DIFFERENT)


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
