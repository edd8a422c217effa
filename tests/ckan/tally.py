"""Counts the cases of a matrix: how many ran, how many converged, how long a file disagreed with its hash."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.ckan.faultproxy import FaultProxy
from tests.ckan.watch import Watch

ALL: list[Tally] = []  # of the whole session, for the line at its end


@dataclass
class Tally:
    """One matrix. A case that fails is written down with its name, and the next one runs all the same."""

    name: str
    of: int
    cases: int = 0
    polls: int = 0
    failures: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    longest_replacement: float = 0.0

    def __post_init__(self) -> None:
        ALL.append(self)

    @contextmanager
    def case(self, name: str, watch: Watch, proxy: FaultProxy, *, may_miss: bool = False) -> Iterator[None]:
        """Run one case under the eyes of `watch`: a file may disagree with its hash while CKAN works at the request that
        replaces it, and no longer. `may_miss`: the server itself was down, only empty tables count."""
        proxy.longest_replacement = 0.0
        self.cases += 1
        try:
            with watch:
                yield
            problems = [problem for problem in watch.problems if not may_miss or "empty" in problem]
            assert not problems, sorted(set(problems))
            bound = proxy.longest_replacement + watch.resolution
            assert may_miss or max(watch.disagreements, default=0.0) <= bound, (max(watch.disagreements), bound)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this case's failure, and told at the end
            self.failures.append(f"{self.name}, {name}: {type(error).__name__}: {error}")
            print(f"\nFAILED {self.failures[-1]}\n{traceback.format_exc()}", file=sys.stderr, flush=True)
        self.polls += watch.polls
        self.gaps += watch.disagreements
        self.longest_replacement = max(self.longest_replacement, proxy.longest_replacement)

    def close(self) -> None:
        """Print the numbers. Raises AssertionError with every case that failed."""
        print(f"\n{self}", flush=True)
        assert self.cases, f"{self.name}: no case ran"
        assert not self.failures, "\n".join(self.failures)

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.cases} of {self.of} cases, {self.cases - len(self.failures)} converged; {self.polls} polls by "
            f"readers; file beside another hash: {told(self.gaps)}; longest request that replaces files: "
            f"{self.longest_replacement:.3f} s"
        )


def told(gaps: list[float]) -> str:
    """How often, and for how long."""
    if not gaps:
        return "never"
    ordered = sorted(gaps)
    return f"{len(ordered)} times, longest {ordered[-1]:.3f} s, median {ordered[len(ordered) // 2]:.3f} s"


def total() -> str:
    """The line for the end of a session."""
    cases, failed = sum(tally.cases for tally in ALL), sum(len(tally.failures) for tally in ALL)
    gaps = [gap for tally in ALL for gap in tally.gaps]
    return f"{cases} of {sum(tally.of for tally in ALL)} cases, {cases - failed} converged; file beside another hash: {told(gaps)}"
