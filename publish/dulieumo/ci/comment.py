"""One comment on a pull request: verdict, rows, versions, quality, findings, and what staging would see. Pure.

It begins with a hidden mark, by which the next run finds it and writes over it. Whatever a descriptor or a cell says is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dulieumo.check.report import CheckReport
from dulieumo.ci.compare import Comparison
from dulieumo.ci.dropped import Trial
from dulieumo.governance.digest_formats import cell
from dulieumo.i18n import _, language, ngettext
from dulieumo.model import EMPTY
from dulieumo.owner.notes import Weight, say
from dulieumo.owner.update import Update
from dulieumo.report.groups import Group, groups
from dulieumo.report.words import headline, number, where

MARK = "<!-- dulieumo:comment -->"
GROUPS_SHOWN = 30
PLACES_SHOWN = 5
CHANGES_SHOWN = 12
MOST_LETTERS = 60_000  # GitHub takes 65,536


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the comment is made of. `quality` has per dataset the score before and after (0–1, None where it is not known).

    `plan` is plan.json against staging; empty where none was made, and then `plan_missing` says why. `trials` are the
    spreadsheets that came with the change, and `artifacts` the address where this run keeps its files, "" where it is not known."""

    report: CheckReport
    comparisons: tuple[Comparison, ...]
    removed: tuple[str, ...] = ()
    quality: Mapping[str, tuple[float | None, float | None]] = field(default_factory=lambda: EMPTY)
    plan: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    plan_missing: str = ""
    trials: tuple[Trial, ...] = ()
    artifacts: str = ""


def compose(facts: Facts) -> str:
    """The whole comment as Markdown, never longer than a forge takes."""
    parts = [
        MARK,
        _heading(facts),
        *_spreadsheets(facts),
        *_changes(facts),
        *_versions(facts),
        *_findings(facts.report),
        *_workbook(facts),
        *_plan(facts),
    ]
    text = "\n".join(parts).rstrip() + "\n"
    if len(text) > MOST_LETTERS:
        cut = text[: MOST_LETTERS - 300].rsplit("\n", 1)[0]
        text = cut + "\n\n" + _("… and more: the whole report is among the artifacts of this run.") + "\n"
    return text


def _heading(facts: Facts) -> str:
    report = facts.report
    if not report.is_valid:
        count = ngettext("{count} error", "{count} errors", report.errors).format(count=number(report.errors))
        return f"## ❌ {_('The data does not pass')}: {count}\n"
    if any(not trial.passes for trial in facts.trials):
        return f"## ❌ {_('The spreadsheet does not pass')}\n"
    if facts.trials:
        return f"## 📄 {_('The spreadsheet passes, and waits to be taken in')}\n"
    if any(item.wanted or item.needs_notice for item in facts.comparisons):
        return f"## ⚠️ {_('The data passes, the version does not')}\n"
    return f"## ✅ {_('The data passes')}\n"


def _spreadsheets(facts: Facts) -> Iterator[str]:
    for trial in facts.trials:
        yield f"### {_('Spreadsheet')} `{cell(trial.file)}`\n"
        if trial.problem:
            yield f"❌ {cell(trial.problem)}" + (f" **{cell(trial.hint)}**" if trial.hint else "") + "\n"
            continue
        if trial.made is not None:
            yield f"- {_update(trial.made)}"
        signs = {Weight.LOOK: "⚠️ ", Weight.STOP: "❌ "}
        yield from (f"- {signs.get(note.weight, '')}{cell(say(note))}" for note in trial.notes[:GROUPS_SHOWN])
        yield ""
        if trial.report is not None and trial.report.findings:
            yield from _findings(trial.report)
            yield _("Rows and columns are counted as in the marked workbook `{name}`.").format(name=trial.marked_name)
        if trial.passes:
            yield _("To take it in: `{command}`, then delete the file and commit.").format(
                command=f"dulieumo update {trial.dataset} datasets/{trial.file}"
            )
        else:
            yield _("Correct the file and upload it again under the same name.")
        yield ""


def _update(made: Update) -> str:
    rows = made.rows
    if not made.files:
        return _("The table is the same as before; nothing to write.")
    counts = _(
        "{dataset} / {table}: {added} rows added, {removed} removed, {changed} changed, {kept} the same."
    ).format(
        dataset=made.dataset.name,
        table=made.resource.name,
        added=number(rows.added),
        removed=number(rows.removed),
        changed=number(rows.changed),
        kept=number(rows.kept),
    )
    version = _("Version {before} → {after}; data as of {date}.").format(
        before=made.dataset.version, after=made.version, date=made.as_of
    )
    return f"{counts} {version}"


def _workbook(facts: Facts) -> Iterator[str]:
    """Where the marked workbooks are, for those who read a spreadsheet more easily than a list."""
    if not facts.report.findings and not any(trial.marked for trial in facts.trials):
        return
    text = _("The same as a spreadsheet with the cells marked: `annotated` among the files of this run")
    yield (f"[{text}]({facts.artifacts})" if facts.artifacts else text) + ".\n"


def _changes(facts: Facts) -> Iterator[str]:
    if facts.trials and not facts.comparisons:
        return
    if not facts.comparisons:
        yield _("No dataset changes its data, its columns or its version.") + "\n"
        return
    heads = (_("Dataset"), _("Rows"), _("Version"), _("Quality"))
    yield "| " + " | ".join(heads) + " |"
    yield "|---|---|---|---|"
    for item in facts.comparisons:
        change = item.change
        yield f"| `{change.name}` | {_rows(item)} | {_version(item)} | {_quality(facts, change.name)} |"
    yield ""
    details = [line for item in facts.comparisons for line in _details(item)]
    if details:
        yield f"<details><summary>{_('What changes in columns and values')}</summary>\n"
        yield from details[: CHANGES_SHOWN * 4]
        yield "\n</details>\n"


def _rows(item: Comparison) -> str:
    change = item.change
    if change.before is None:
        return _("new")
    if change.after is None:
        return _("removed")
    parts = []
    for table in change.tables:
        counts = f"+{number(table.added)} −{number(table.removed)} ≠{number(table.changed)}"
        parts.append(f"`{table.resource}` " + (counts if table.is_compared else _("not compared")))
    return "<br>".join(parts) or "="


def _version(item: Comparison) -> str:
    change = item.change
    step = f"{change.before or '∅'} → {change.after or '∅'}" if change.before != change.after else f"{change.after}"
    if item.wanted is not None:
        return f"{step} ❌ " + _("needs {version}").format(version=item.wanted)
    return step


def _quality(facts: Facts, name: str) -> str:
    before, after = facts.quality.get(name, (None, None))
    if before is None and after is None:
        return "–"
    return " → ".join("–" if score is None else f"{round(100 * score)} %" for score in (before, after))


def _details(item: Comparison) -> Iterator[str]:
    change = item.change
    for entry in change.schema[:CHANGES_SHOWN]:
        place = ".".join(part for part in (entry.resource, entry.column) if part)
        values = f": {cell(entry.before) or '∅'} → {cell(entry.after) or '∅'}" if entry.before or entry.after else ""
        yield (
            f"- `{change.name}` **{entry.level.name.lower()}** {entry.what}" + (f" `{place}`" if place else "") + values
        )
    for table in change.tables:
        if table.drift:
            columns = ", ".join(f"`{name}` {number(count)}" for name, count in sorted(table.drift.items()))
            yield f"- `{change.name}` `{table.resource}`: " + _("cells changed: {columns}").format(columns=columns)


def _versions(facts: Facts) -> Iterator[str]:
    for item in facts.comparisons:
        change = item.change
        if item.wanted is not None:
            text = _(
                "**`{dataset}`**: this change asks for version **{wanted}** ({level}). Raise `version` and add a line to"
                " `dulieumo:changelog`."
            )
            yield "- " + text.format(dataset=change.name, wanted=item.wanted, level=change.level.name.lower())
        if item.needs_notice:
            text = _("**`{dataset}`**: this change breaks programs. Announce it in `dulieumo:notices` 30 days ahead.")
            yield "- " + text.format(dataset=change.name)
    for name in facts.removed:
        yield "- " + _(
            "**`{dataset}`** is gone. Say `dulieumo:status: retired` for a release before it leaves."
        ).format(dataset=name)
    yield ""


def _findings(report: CheckReport) -> Iterator[str]:
    found = sorted(groups(report), key=lambda group: not group.first.is_error)
    if not found:
        return
    total = ngettext("{count} finding", "{count} findings", report.errors + report.warnings)
    yield f"### {total.format(count=number(report.errors + report.warnings))}\n"
    for group in found[:GROUPS_SHOWN]:
        yield from _group(group)
    if len(found) > GROUPS_SHOWN:
        yield "- " + _("and {count} more kinds, in the report").format(count=len(found) - GROUPS_SHOWN)
    yield ""


def _group(group: Group) -> Iterator[str]:
    text = group.text(language())
    sign = "❌" if group.first.is_error else "⚠️"
    yield f"- {sign} `{group.first.place.file}`: {cell(headline(group))} (`{group.code}`)"
    yield f"  {cell(text.message)} **{cell(text.fix)}**" if text.fix else f"  {cell(text.message)}"
    places = [place for found in group.findings[:PLACES_SHOWN] if (place := where(found.place))]
    if group.count > 1 and places:
        rest = group.count - len(places)
        listed = ", ".join(places)
        yield "  " + (_("{places} and {count} more").format(places=listed, count=number(rest)) if rest else listed)


def _plan(facts: Facts) -> Iterator[str]:
    if not facts.plan:
        if facts.plan_missing:
            yield f"*{cell(facts.plan_missing)}*"
        return
    for entry in facts.plan.get("refusals", ()):
        yield f"- ❌ {cell(str(entry.get('message', '')))}"
    datasets = [item for item in facts.plan.get("datasets", ()) if item.get("changes") or item.get("refusal")]
    count = sum(len(item.get("changes", ())) for item in datasets)
    text = ngettext("{count} step on {target}", "{count} steps on {target}", count)
    yield f"<details><summary>{text.format(count=number(count), target=cell(str(facts.plan.get('target', ''))))}</summary>\n"
    for item in datasets[:GROUPS_SHOWN]:
        refused = (item.get("refusal") or {}).get("message", "")
        yield f"- `{item['name']}`" + (f": ❌ {cell(str(refused))}" if refused else "")
        for change in item.get("changes", ())[:PLACES_SHOWN]:
            place = " ".join(str(part) for part in (change.get("resource"), change.get("field")) if part)
            yield (
                f"  - {_action(str(change['action']))}"
                + (f" `{place}`" if place else "")
                + f": {cell(str(change.get('message', '')))}"
            )
        if len(item.get("changes", ())) > PLACES_SHOWN:
            yield "  - " + _("and {count} more").format(count=len(item["changes"]) - PLACES_SHOWN)
    yield "\n</details>"


def _action(name: str) -> str:
    from dulieumo.ckan import wording
    from dulieumo.ckan.model import Action

    return wording.action(Action(name)) if name in set(Action) else cell(name)
