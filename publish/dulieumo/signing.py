"""Signatures of a release: an in-toto statement over the hashes of its files, in a DSSE envelope, by the city's own key.

    signatures/<release>/<key id>.json     one envelope a key, beside the release, which never changes

Nothing here needs a network. Sigstore's keyless signatures lie in the same folder; `cosign` makes and verifies those.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dulieumo import canonical, release
from dulieumo.errors import ConfigError
from dulieumo.i18n import _
from dulieumo.store import FolderStore, write_whole

if TYPE_CHECKING:
    from securesystemslib.signer import Key

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:dulieumo:release:1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
FOLDER = "signatures"
PASSPHRASE = "DULIEUMO_KEY_PASSPHRASE"  # noqa: S105 the name of a variable, no secret
_EXTRA = "pip install 'dulieumo[sign]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An envelope in the store. `is_valid` says that the key `key_id`, one of those given, signed exactly this release.

    `problem` says why not: "no-key" (its key was not given), "not-this-release" or "forged"."""

    path: str
    key_id: str
    is_valid: bool
    problem: str | None


def statement(store: FolderStore, name: str) -> dict[str, Any]:
    """What is signed: every file of the release and of its versions, by path in the store, with its SHA-256."""
    manifest = release.read_manifest(store, name)
    folder = f"releases/{manifest['name']}"
    files = dict(release.read_sums(store, folder))
    files[f"{folder}/{release.SUMS}"] = canonical.sha256_of_file(store.local_path(f"{folder}/{release.SUMS}"))
    return {
        "_type": STATEMENT,
        "subject": [{"name": path, "digest": {"sha256": digest}} for path, digest in sorted(files.items())],
        "predicateType": PREDICATE,
        "predicate": {key: manifest[key] for key in ("name", "contentHash", "previous", "commit", "tool")},
    }


def sign(store: FolderStore, name: str, key_file: Path) -> str:
    """Sign a release with the private key in `key_file`; returns the path of the signature. Raises ConfigError."""
    _library()
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    signer = CryptoSigner(_private_key(key_file))
    envelope = Envelope(canonical.dumps(statement(store, name)), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    path = f"{FOLDER}/{name}/{signer.public_key.keyid}.json"
    store.write_file(path, canonical.dumps(envelope.to_dict()))
    return path


def verify(store: FolderStore, name: str, keys: Iterable[Path]) -> tuple[Signature, ...]:
    """Every signature of a release, held against the public keys in the files `keys`. Raises ConfigError."""
    files = [path for path in store.files(f"{FOLDER}/{name}") if path.endswith(".json") and "sigstore" not in path]
    known = {key.keyid: key for key in map(_public_key, keys)}
    expected = statement(store, name) if files else {}
    return tuple(_judge(store, f"{FOLDER}/{name}/{path}", known, expected) for path in files)


def _judge(store: FolderStore, path: str, known: Mapping[str, Key], expected: Mapping[str, Any]) -> Signature:
    envelope = store.read_json(path)
    ids = [str(item.get("keyid", "")) for item in envelope.get("signatures", ())]
    key_id = next((item for item in ids if item in known), ids[0] if ids else "")
    if key_id not in known:
        return Signature(path=path, key_id=key_id, is_valid=False, problem="no-key")
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError

    try:
        payload = base64.b64decode(envelope["payload"], validate=True)
        Envelope.from_dict(envelope).verify([known[key_id]], 1)
    except (VerificationError, ValueError, KeyError, TypeError):
        return Signature(path=path, key_id=key_id, is_valid=False, problem="forged")
    is_this = envelope["payloadType"] == PAYLOAD_TYPE and json.loads(payload) == expected
    return Signature(path=path, key_id=key_id, is_valid=is_this, problem=None if is_this else "not-this-release")


def new_key(path: Path) -> Path:
    """Make an ed25519 key: the private part into `path`, readable by its owner alone, the public part into `path`.pub.

    Encrypted where DULIEUMO_KEY_PASSPHRASE is set. Returns the public file. Raises ConfigError where there is a file."""
    _library()
    from cryptography.hazmat.primitives import serialization as to
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_path = path.with_name(path.name + ".pub")
    key = Ed25519PrivateKey.generate()
    passphrase = _passphrase()
    encryption = to.BestAvailableEncryption(passphrase) if passphrase else to.NoEncryption()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConfigError(_("There is a file {path} already; a key is never overwritten.").format(path=path)) from error
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(to.Encoding.PEM, to.PrivateFormat.PKCS8, encryption))
    write_whole(public_path, key.public_key().public_bytes(to.Encoding.PEM, to.PublicFormat.SubjectPublicKeyInfo))
    return public_path


def _private_key(path: Path) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(
            _("Others than its owner may read the key {path}.").format(path=path),
            hint=_("Close it: chmod 600 {path}. If others may have read it, make a new key.").format(path=path),
        )
    try:
        key = load_pem_private_key(data, _passphrase())
    except (ValueError, TypeError) as error:
        raise ConfigError(
            _("{path} is not a private key that we can open.").format(path=path),
            hint=_("If it has a passphrase, put it into the environment variable {name}.").format(name=PASSPHRASE),
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(
            _("{path} is not an ed25519 key.").format(path=path), hint=_("Make one: dulieumo sign --new-key FILE")
        )
    return key


def _public_key(path: Path) -> Key:
    _library()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from securesystemslib.signer import SSlibKey

    try:
        return SSlibKey.from_crypto(load_pem_public_key(_read(path)))  # type: ignore[arg-type,unused-ignore]
    except ValueError as error:
        raise ConfigError(
            _("{path} is not a public key.").format(path=path),
            hint=_("It is the file that ends with .pub, as `dulieumo sign --new-key` made it."),
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(_("The key {path} cannot be read.").format(path=path)) from error


def _passphrase() -> bytes | None:
    return os.environ[PASSPHRASE].encode() if os.environ.get(PASSPHRASE) else None


def _library() -> None:
    """Raises ConfigError where the extra that signs is not installed."""
    if any(find_spec(name) is None for name in ("cryptography", "securesystemslib")):
        raise ConfigError(_("Signing needs two more packages."), hint=_EXTRA)
