"""A signed release: anyone with the public key can tell, offline, that it is the city's and that no byte changed."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from dulieumo import release, signing, wholeness, withdrawal
from dulieumo.cli import run
from dulieumo.errors import ConfigError
from dulieumo.store import FolderStore
from tests.build.making import make
from tests.build.test_releasing import dataset, written
from tests.build.test_withdrawal import WHY


class World:
    """Two releases of one dataset, the latest one signed."""

    def __init__(self, folder: Path) -> None:
        self.store = FolderStore(folder / "dist" / "store")
        self.first = make(written(folder / "1", "ma,so\na,1\n", dataset("1.0.0")), self.store).name
        root = written(folder / "2", "ma,so\na,1\nb,2\n", dataset("1.1.0", ("1.0.0",)))
        self.latest = make(root, self.store).name
        self.folders = ["--datasets", str(root), "--dist", str(folder / "dist")]
        self.key = folder / "khoa"
        self.public = signing.new_key(self.key)
        self.path = signing.sign(self.store, self.latest, self.key)

    def verify(self, *words: str) -> int:
        return run(["verify-release", *words, *self.folders])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_the_key_is_for_its_owner_alone_and_is_never_overwritten(tmp_path: Path) -> None:
    public = signing.new_key(tmp_path / "khoa")
    assert stat.S_IMODE((tmp_path / "khoa").stat().st_mode) == 0o600
    assert "PRIVATE" not in public.read_text()
    before = (tmp_path / "khoa").read_bytes()
    with pytest.raises(ConfigError):
        signing.new_key(tmp_path / "khoa")
    assert (tmp_path / "khoa").read_bytes() == before


def test_a_signed_release_verifies(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.verify("--key", str(world.public), "--cells", "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["good"], answer["release"], answer["missing"], answer["changed"]) == (True, world.latest, [], [])
    assert [item["valid"] for item in answer["signatures"]] == [True]


def test_another_tool_accepts_the_envelope(world: World) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    envelope = Envelope.from_dict(world.store.read_json(world.path))
    key = SSlibKey.from_crypto(load_pem_public_key(world.public.read_bytes()))
    assert set(envelope.verify([key], 1)) == {key.keyid}
    statement = json.loads(envelope.payload)
    assert (statement["_type"], envelope.payload_type) == (signing.STATEMENT, "application/vnd.in-toto+json")
    names = {item["name"] for item in statement["subject"]}
    assert {"data/bo/1.1.0/bang.csv", f"releases/{world.latest}/SHA256SUMS"} <= names
    assert len(names) == len(release.read_sums(world.store, f"releases/{world.latest}")) + 1


def test_another_key_did_not_sign(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = signing.new_key(tmp_path / "khac")
    assert world.verify("--key", str(other), "--format", "json") == 5
    assert json.loads(capsys.readouterr().out)["signatures"][0]["problem"] == "no-key"
    assert world.verify("--key", str(other), "--key", str(world.public)) == 0
    assert world.verify(world.first, "--key", str(world.public)) == 5
    assert world.verify(world.first) == 0


def change_payload(world: World, envelope: dict[str, Any]) -> None:
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["subject"][0]["digest"]["sha256"] = "0" * 64
    envelope["payload"] = base64.b64encode(json.dumps(payload).encode()).decode()


def change_signature(world: World, envelope: dict[str, Any]) -> None:
    envelope["signatures"][0]["sig"] = base64.b64encode(b"x" * 64).decode()


def change_type(world: World, envelope: dict[str, Any]) -> None:
    envelope["payloadType"] = "text/plain"


def drop_payload(world: World, envelope: dict[str, Any]) -> None:
    del envelope["payload"]


@pytest.mark.parametrize("change", [change_payload, change_signature, change_type, drop_payload])
def test_a_changed_envelope_is_told(world: World, change: Any, capsys: pytest.CaptureFixture[str]) -> None:
    envelope = world.store.read_json(world.path)
    change(world, envelope)
    world.store.write_file(world.path, json.dumps(envelope).encode())
    assert world.verify("--key", str(world.public), "--format", "json") == 5
    assert json.loads(capsys.readouterr().out)["signatures"][0]["problem"] == "forged"


def test_a_signature_of_another_release_is_not_this_ones(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    signing.sign(world.store, world.first, world.key)
    envelope = world.store.read_json(world.path.replace(world.latest, world.first))
    world.store.write_file(world.path, json.dumps(envelope).encode())
    assert world.verify("--key", str(world.public), "--format", "json") == 5
    assert json.loads(capsys.readouterr().out)["signatures"][0]["problem"] == "not-this-release"


def test_changed_missing_and_added_files_are_told(world: World) -> None:
    store = world.store
    store.write_file("data/bo/1.1.0/bang.csv", b"ma,so\na,1\nb,3\n")
    store.remove("data/bo/1.1.0/bang.xlsx")
    store.write_file("data/bo/1.1.0/la.csv", b"")
    found = wholeness.check(store, cells=False)
    assert (found.changed, found.missing, found.extra) == (
        ("data/bo/1.1.0/bang.csv",),
        ("data/bo/1.1.0/bang.xlsx",),
        ("data/bo/1.1.0/la.csv",),
    )
    assert world.verify() == 5
    assert wholeness.check(store, world.first).is_whole


@pytest.mark.parametrize(
    "csv", ["ma,so\na,1\nb,3\n", "ma,so\na,1\n", "ma,so\na,1\nb,2\nc,3\n", "ma,so\na,1\nb,x\n", "so,ma\n1,a\n2,b\n"]
)
def test_csv_and_parquet_must_have_equal_cells(world: World, csv: str) -> None:
    assert wholeness.check(world.store, cells=True).unequal == ()
    world.store.write_file("data/bo/1.1.0/bang.csv", csv.encode())
    is_equal = csv.startswith("so,ma")  # the same cells, found by their names
    assert wholeness.check(world.store, cells=True).unequal == (() if is_equal else ("data/bo/1.1.0/bang",))


def test_a_withdrawn_version_is_told_and_is_no_damage(world: World) -> None:
    withdrawal.withdraw(world.store, [("bo", "1.1.0")], WHY)
    found = wholeness.check(world.store)
    assert found.is_whole
    assert found.withdrawn == ("bo 1.1.0",)
    assert world.verify("--key", str(world.public)) == 0
    withdrawal.withdraw(world.store, [("bo", "1.0.0")], WHY)
    assert wholeness.check(world.store, world.first).withdrawn == ("bo 1.0.0",)
    assert wholeness.check(world.store).is_whole


def test_keys_that_cannot_be_used_are_refused_with_the_next_step(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rac").write_text("không phải khoá")
    (tmp_path / "rac").chmod(0o600)
    sign = ["sign", *world.folders]
    assert run(sign) == 2
    assert run([*sign, "--key", str(tmp_path / "rac")]) == 2
    assert run([*sign, "--key", str(tmp_path / "khong-co")]) == 2
    assert run([*sign, "--key", str(world.key), "--new-key", "x"]) == 2
    assert world.verify("--key", str(tmp_path / "rac")) == 2
    world.key.chmod(0o644)
    with pytest.raises(ConfigError) as refused:
        signing.sign(world.store, world.latest, world.key)
    assert "chmod 600" in str(refused.value.hint)
    monkeypatch.setenv(signing.PASSPHRASE, "mật khẩu")
    locked = tmp_path / "co-mat-khau"
    signing.new_key(locked)
    assert b"ENCRYPTED" in locked.read_bytes()
    assert run([*sign, "--key", str(locked), "--release", world.first]) == 0
    monkeypatch.setenv(signing.PASSPHRASE, "sai")
    assert run([*sign, "--key", str(locked)]) == 2
    monkeypatch.delenv(signing.PASSPHRASE)
    assert run([*sign, "--key", str(locked)]) == 2


def test_nothing_secret_is_printed_or_stored(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sign", "--key", str(world.key), *world.folders]) == 0
    secret = "".join(world.key.read_text().splitlines()[1:-1])
    printed = capsys.readouterr()
    assert secret not in printed.out + printed.err
    for folder, _folders, files in os.walk(world.store.root):
        assert not any(secret.encode() in (Path(folder) / name).read_bytes() for name in files)
