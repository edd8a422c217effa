"""Change a few values of a descriptor's text and leave every other byte as its owner wrote it, comments included. Pure.

The text is edited at the places that the YAML parser names, and read again afterwards: if anything but what was asked for
differs, the edit is refused.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from dulieumo.descriptors import yamlfile
from dulieumo.owner.yamltext import Lines, flow, scalar

Path = tuple[str | int, ...]
Entry = Mapping[str, Any] | str


class CannotEdit(ValueError):
    """The text cannot be changed safely here; it has to be done by hand. The message says where."""


def edited(text: str, replacing: Mapping[Path, Any], appending: Mapping[Path, Entry] | None = None) -> str:
    """The text with values replaced, and mappings or words appended to lists. Raises CannotEdit.

    A path that is not there yet may only be a further key of a mapping that is; it is put behind that mapping's last one."""
    appending = appending or {}
    wanted = _changed(_read(text), replacing, appending)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pieces: list[tuple[int, int, str]] = []
    for path, value in replacing.items():
        node = _find(root, path)
        pieces.append(_insert_key(text, root, path, value) if node is None else _replace(text, node, path, value))
    for path, entry in appending.items():
        pieces.append(_append(text, _find(root, path), path, entry))
    for start, end, new in sorted(pieces, reverse=True):
        text = text[:start] + new + text[end:]
    if _read(text) != wanted:
        raise CannotEdit(" ".join(str(part) for path in (*replacing, *appending) for part in path))
    return text


def _read(text: str) -> Any:
    document, findings = yamlfile.parse(text.encode(), "datapackage.yaml")
    if findings:
        raise CannotEdit(findings[0].code)
    return document.value


def _changed(value: Any, replacing: Mapping[Path, Any], appending: Mapping[Path, Entry]) -> Any:
    value = copy.deepcopy(value)
    for path, new in replacing.items():
        holder: Any = _at(value, path[:-1])
        try:
            holder[path[-1]] = new
        except (TypeError, IndexError) as error:
            raise CannotEdit(" ".join(map(str, path))) from error
    for path, entry in appending.items():
        _at(value, path).append(_plain(entry))
    return value


def _at(value: Any, path: Path) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError) as error:
            raise CannotEdit(" ".join(map(str, path))) from error
    return value


def _find(root: Any, path: Path) -> Any:
    """The node at a path; None where there is none."""
    node = root
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def _replace(text: str, node: Any, path: Path, value: Any) -> tuple[int, int, str]:
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node, yaml.ScalarNode):
        raise CannotEdit(" ".join(map(str, path)))
    if node.style in ("|", ">"):
        end = _end(text, node)
        indent = re.search(r"\n( +)\S", text[start:end])
        lines = Lines()
        lines.pair(0, "k", value)
        if len(lines.lines) == 1 or indent is None:
            return start, end, scalar(value)
        return start, end, "\n".join([">-", *(indent[1] + line.strip() for line in lines.lines[1:])])
    if isinstance(value, str) and (node.style == '"' or (node.style is None and not _stays_text(value))):
        return start, end, flow(value) if flow(value).startswith('"') else f'"{value}"'
    if isinstance(value, str) and node.style == "'" and "\n" not in value:
        return start, end, "'" + value.replace("'", "''") + "'"
    return start, end, scalar(value, in_flow=True)


def _stays_text(value: str) -> bool:
    return scalar(value, in_flow=True) == value


def _insert_key(text: str, root: Any, path: Path, value: Any) -> tuple[int, int, str]:
    """A further key behind the last one of its mapping."""
    parent = _find(root, path[:-1])
    if not isinstance(parent, yaml.MappingNode) or not parent.value:
        raise CannotEdit(" ".join(map(str, path)))
    last_key, last_value = parent.value[-1]
    if parent.flow_style:
        at = last_value.end_mark.index
        return at, at, f", {path[-1]}: {flow(value)}"
    at = _end_of_line(text, _end(text, last_value))
    lines = Lines()
    lines.pair(last_key.start_mark.column, str(path[-1]), value)
    return at, at, "\n" + "\n".join(lines.lines)


def _append(text: str, node: Any, path: Path, entry: Entry) -> tuple[int, int, str]:
    """A further mapping or word behind the last item of a list."""
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise CannotEdit(" ".join(map(str, path)))
    last = node.value[-1]
    if node.flow_style:
        at = last.end_mark.index
        return at, at, ", " + flow(_plain(entry))
    dash = _dash_column(text, last)
    at = _end_of_line(text, _end(text, last))
    lines = Lines()
    if isinstance(entry, str) or (isinstance(last, yaml.MappingNode) and last.flow_style):
        lines.lines.append(" " * dash + "- " + flow(_plain(entry)))
    else:
        for position, (key, value) in enumerate(entry.items()):
            lines.pair(dash if position == 0 else dash + 2, key, value, item=position == 0)
            if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
                lines.lines[-1] = (
                    lines.lines[-1].replace(str(value), f'"{value}"') if '"' not in lines.lines[-1] else lines.lines[-1]
                )
    return at, at, "\n" + "\n".join(lines.lines)


def _plain(entry: Entry) -> Any:
    return entry if isinstance(entry, str) else dict(entry)


def _dash_column(text: str, item: Any) -> int:
    line_start = text.rfind("\n", 0, item.start_mark.index) + 1
    before = text[line_start : item.start_mark.index]
    if before.strip() != "-":
        raise CannotEdit(before)
    return before.index("-")


def _end(text: str, node: Any) -> int:
    """The index behind the last character of a node's own text. The parser's end of a block runs on to what follows it."""
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and not node.flow_style:
        children: Sequence[Any] = (
            [value for _key, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
        )
        return _end(text, children[-1]) if children else int(node.end_mark.index)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        lines = text[node.start_mark.index : end].split("\n")
        indents = [len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip()]
        own = indents[0] if indents else 0
        kept = 0
        for number, line in enumerate(lines[1:], start=1):
            if line.strip() and len(line) - len(line.lstrip(" ")) >= own:
                kept = number
        return int(node.start_mark.index) + len("\n".join(lines[: kept + 1]).rstrip())
    return end


def _end_of_line(text: str, at: int) -> int:
    """The end of the line that `at` is on, a comment behind the value included."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end
