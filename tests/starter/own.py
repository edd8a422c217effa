"""The workflows of this repository are those of the starter, but for how dulieumo is installed: from this checkout.

`python -m tests.starter.own` writes them.
"""

from __future__ import annotations

from pathlib import Path

from dulieumo import starter

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "python -m pip install --require-hashes -r requirements/dev.txt && python -m pip install --no-deps --no-build-isolation -e ."


def workflows() -> dict[str, str]:
    answers = starter.Answers(
        name="x",
        title="x",
        publisher="x",
        publisher_title="x",
        base_url="https://example.org",
        language="vi",
        forge="both",
        install=INSTALL,
    )
    files = starter.generated(answers)
    return {path: text for path, text in files.items() if path.startswith(".github/") or path == ".gitlab-ci.yml"}


if __name__ == "__main__":
    for path, text in workflows().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
