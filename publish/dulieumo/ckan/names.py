"""Names and ids on CKAN that we choose once and that never change: developers' links hang on them."""

from __future__ import annotations

import re
import unicodedata
import uuid

_NAMESPACE = uuid.UUID("5a3c1f2e-6a52-5d0e-9d37-0c5b1f5f5b1e")
MIN_TAG, MAX_TAG = 2, 100


def resource_id(catalog: str, dataset: str, key: str) -> str:
    """The id of a resource: the same on every server and for ever (UUID version 5 of catalogue, CKAN name and key)."""
    return str(uuid.uuid5(_NAMESPACE, f"{catalog}/{dataset}/{key}"))


def resource_key(path: str) -> str:
    """The key of an artifact within its dataset: its path, in the letters that CKAN leaves alone in a file name."""
    return re.sub(r"[^a-z0-9_.-]", "-", path.lower())


def tag(word: str) -> str | None:
    """A keyword as CKAN accepts it: composed letters, digits, space and -_. only; None where too little is left."""
    text = unicodedata.normalize("NFC", word)
    text = re.sub(r"[^\w \-.]", " ", text)
    text = re.sub(r" +", " ", text).strip()[:MAX_TAG].strip()
    return text if len(text) >= MIN_TAG else None
