"""A table's columns as readers need them: name, titles, type in words, unit, rules, codes, and what the values look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dulieumo.model import Category, Column, Dataset, Resource

from ..charts import chart
from ..edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeListLink:
    dataset: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """`chart` is a small drawing of the values, empty where there is none. `for_browser` is what the preview is told."""

    name: str
    title: str
    other_titles: tuple[tuple[str, str], ...]
    type: str
    unit: str
    rules: tuple[str, ...]
    description: str
    other_descriptions: tuple[tuple[str, str], ...]
    code_list: CodeListLink | None
    categories: tuple[Category, ...]
    is_key: bool
    chart: Markup
    for_browser: dict[str, Any]


def column_views(
    edition: Edition, dataset: Dataset, resource: Resource, profile: Mapping[str, Any] | None
) -> tuple[ColumnView, ...]:
    schema = resource.schema
    assert schema is not None
    return tuple(_view(edition, column, column.name in schema.primary_key, profile) for column in schema.columns)


def _view(edition: Edition, column: Column, is_key: bool, profile: Mapping[str, Any] | None) -> ColumnView:
    t, language = edition.words, edition.language
    title = column.title.in_(language)
    unit = column.unit.in_(language) if column.unit else ""
    code_list = None
    if column.code_list:
        listed = edition.catalog.dataset(column.code_list.dataset)
        if listed is not None:
            code_list = CodeListLink(dataset=listed.name, title=listed.title.in_(language))
    browser: dict[str, Any] = {"name": column.name, "title": title, "type": column.type}
    if unit:
        browser["unit"] = unit
    if role := column.descriptor.get("dulieumo:role"):
        browser["role"] = role
    if column.categories:
        browser["labels"] = {str(category.value): category.label.in_(language) for category in column.categories}
    values = (profile or {}).get("columns", {}).get(column.name)
    return ColumnView(
        name=column.name,
        title=title,
        other_titles=edition.in_other(column.title),
        type=type_in_words(edition, column),
        unit=unit,
        rules=tuple(_rules(edition, column, is_key)),
        description=column.description.in_(language),
        other_descriptions=edition.in_other(column.description),
        code_list=code_list,
        categories=column.categories,
        is_key=is_key,
        chart=chart(
            values,
            t,
            unit=unit,
            labels=browser.get("labels", {}),
            is_plain=column.type == "year" or column.code_list is not None,
        )
        if values
        else Markup(""),
        for_browser=browser,
    )


def type_in_words(edition: Edition, column: Column) -> str:
    t = edition.words
    words = t(f"type.{column.type}") if t.has(f"type.{column.type}") else column.type
    if column.type == "number" and column.decimal:
        return t("type.decimal", scale=column.decimal.scale)
    if column.type == "list" and (item := column.descriptor.get("itemType")):
        return t("type.list_of", item=t(f"type.{item}") if t.has(f"type.{item}") else item)
    if column.format != "default" and column.type == "string":
        return f"{words} ({column.format})"
    return words


def _rules(edition: Edition, column: Column, is_key: bool) -> list[str]:
    """The constraints in words; what a key implies is not repeated."""
    t, constraints = edition.words, column.constraints
    rules = []
    if constraints.get("required") and not is_key:
        rules.append(t("rule.required"))
    if constraints.get("unique") and not is_key:
        rules.append(t("rule.unique"))
    low, high = constraints.get("minimum"), constraints.get("maximum")
    if low is not None and high is not None:
        rules.append(t("rule.between", low=_value(edition, column, low), high=_value(edition, column, high)))
    elif low is not None:
        rules.append(t("rule.minimum", low=_value(edition, column, low)))
    elif high is not None:
        rules.append(t("rule.maximum", high=_value(edition, column, high)))
    if "pattern" in constraints:
        rules.append(t("rule.pattern", pattern=constraints["pattern"]))
    if "enum" in constraints and not column.categories:
        values = [str(value) for value in constraints["enum"]]
        shown = ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
        rules.append(t("rule.enum", values=shown))
    return rules


def _value(edition: Edition, column: Column, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and column.type != "year":
        return edition.words.number(value)
    if column.type in ("date", "datetime", "yearmonth"):
        return edition.words.date(str(value))
    return str(value)
