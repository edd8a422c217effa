"""Our stamp on a dataset: one extra, in JSON, that tells what we wrote there. Read and written here and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from .model import Stamp

KEY = "dulieumo"
"""The key of the extra. A server may hide it from the page with `package_hide_extras = dulieumo`."""

_KEY_BYTES = 3
_VALUE_BYTES = 4
_GROUP_LETTERS = 16


def new_token() -> str:
    """A revision token: unlike every other."""
    return secrets.token_hex(8)


def find(body: Mapping[str, Any]) -> Stamp | None:
    """The stamp of a dataset as CKAN gives it, None where there is none that we can read."""
    raw = next((extra["value"] for extra in body.get("extras") or () if extra["key"] == KEY), None)
    if raw is None:
        raw = body.get(KEY)  # a server whose scheming schema declares the field
    return read(raw) if raw else None


def read(text: str) -> Stamp | None:
    """The stamp in the text of the extra; None for what is not ours or not understood."""
    try:
        value = json.loads(text)
        return Stamp(
            catalog=value["catalog"],
            release=value["release"],
            version=value["version"],
            content=value["content"].replace(" ", ""),
            commit=value.get("commit"),
            tool=value["tool"],
            token=value["token"],
            applied=_unpack(value.get("applied", "").replace(" ", "")),
            files=dict(value["files"]),
            tables={name: tuple(states) for name, states in value["tables"].items()},
            pending=value.get("pending"),
            since=value.get("since"),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def write(stamp: Stamp) -> str:
    """The text of the extra: short, in an order that a person can read."""
    value: dict[str, Any] = {
        "release": stamp.release,
        "version": stamp.version,
        "content": _grouped(stamp.content),
        "commit": stamp.commit,
        "tool": stamp.tool,
        "catalog": stamp.catalog,
        "files": dict(stamp.files),
        "tables": {name: list(states) for name, states in stamp.tables.items()},
        "token": stamp.token,
        "applied": _grouped(_pack(stamp.applied)),
    }
    if stamp.pending is not None:
        value |= {"pending": stamp.pending, "since": stamp.since}
    return json.dumps({key: item for key, item in value.items() if item is not None}, ensure_ascii=False)


def digest(value: Any) -> str:
    """A short digest of a JSON value, to tell a hand-made edit from our own value: 32 bits, in hex."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()[:_VALUE_BYTES].hex()


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """`applied` of these fields. Field names are digested too: the page that shows the stamp should stay short."""
    return {field_key(name): digest(value) for name, value in values.items()}


def field_key(name: str) -> str:
    return hashlib.sha256(name.encode()).digest()[:_KEY_BYTES].hex()


def was_applied(stamp: Stamp | None, name: str, value: Any) -> bool | None:
    """Whether `value` is what we last wrote to the field; None where we never wrote it."""
    if stamp is None:
        return None
    known = stamp.applied.get(field_key(name))
    return None if known is None else known == digest(value)


def _grouped(text: str) -> str:
    """With spaces, where a page may break the line: CKAN's table would grow as wide as the longest word."""
    head, colon, rest = text.rpartition(":")
    return (
        head + colon + " ".join(rest[start : start + _GROUP_LETTERS] for start in range(0, len(rest), _GROUP_LETTERS))
    )


def _pack(applied: Mapping[str, str]) -> str:
    text = base64.b64encode(b"".join(bytes.fromhex(key + value) for key, value in sorted(applied.items()))).decode()
    # CKAN's page shows the stamp: one word of a thousand letters would push the table out of the page.
    return " ".join(textwrap.wrap(text, 60))


def _unpack(text: str) -> dict[str, str]:
    data, size = base64.b64decode(text), _KEY_BYTES + _VALUE_BYTES
    parts: Iterable[bytes] = (data[start : start + size] for start in range(0, len(data), size))
    return {part[:_KEY_BYTES].hex(): part[_KEY_BYTES:].hex() for part in parts}
