"""`dulieumo verify-release`: is a release what it was when it was made and signed? Offline."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from dulieumo import errors, release, signing, wholeness
from dulieumo.cli import arrow, common
from dulieumo.i18n import _, ngettext
from dulieumo.stores import open_store

SHOWN = 20


@click.command("verify-release")
@click.argument("name", required=False, metavar="[RELEASE]")
@click.option(
    "--key",
    "keys",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="File of a public key that must have signed; may be repeated, then one of them suffices.",
)
@click.option("--cells", is_flag=True, help="Also compare each table's CSV with its Parquet, cell by cell.")
@common.settings_options
@common.format_option("text", "json")
def command(
    name: str | None, keys: tuple[Path, ...], cells: bool, datasets: Path | None, dist: Path | None, format_: str
) -> int:
    """Verify a release in the store: every file by its hash, and its signatures. Needs no network."""
    settings = common.settings(datasets, dist)
    if cells:
        arrow.without_pandas()
    with tempfile.TemporaryDirectory() as folder:
        # what lies elsewhere is fetched anew: a mirror would only vouch for itself
        is_elsewhere = "://" in settings.store_url
        store = open_store(Path(folder) / "store", settings.store_url) if is_elsewhere else common.store(settings)
        wanted = release.read_manifest(store, name)["name"]
        total = len(release.read_sums(store, f"releases/{wanted}"))
        with common.progress(_("Verifying"), total) as step:
            whole = wholeness.check(store, wanted, cells=cells, step=step)
        signatures = signing.verify(store, wanted, keys)
    is_signed = any(item.is_valid for item in signatures)
    is_good = whole.is_whole and (is_signed or not keys)
    if format_ == "json":
        common.print_json(_json(whole, signatures, is_good=is_good))
    else:
        _show(whole, signatures, has_keys=bool(keys), has_cells=cells)
    return errors.DONE if is_good else errors.DIFFERENCES


def _json(whole: wholeness.Wholeness, signatures: tuple[signing.Signature, ...], *, is_good: bool) -> dict[str, object]:
    return {
        "release": whole.name,
        "good": is_good,
        "files": whole.files,
        "bytes": whole.bytes,
        "missing": list(whole.missing),
        "changed": list(whole.changed),
        "extra": list(whole.extra),
        "unequal": list(whole.unequal),
        "withdrawn": list(whole.withdrawn),
        "signatures": [
            {"path": item.path, "keyId": item.key_id, "valid": item.is_valid, "problem": item.problem}
            for item in signatures
        ],
    }


def _show(
    whole: wholeness.Wholeness, signatures: tuple[signing.Signature, ...], *, has_keys: bool, has_cells: bool
) -> None:
    out = common.answers()
    lists = (
        (_("missing"), whole.missing),
        (_("other bytes than when it was made"), whole.changed),
        (_("not part of the release"), whole.extra),
        (_("CSV and Parquet differ"), whole.unequal),
        (_("withdrawn"), whole.withdrawn),
    )
    for title, paths in lists:
        for path in paths[:SHOWN]:
            out.print(f"{title}: {path}", markup=False)
        if len(paths) > SHOWN:
            out.print(_("… and {count} more").format(count=len(paths) - SHOWN), markup=False)
    for item in signatures:
        out.print(f"{_problem(item)}: {item.path}", markup=False)
    if has_keys and not any(item.is_valid for item in signatures):
        out.print(_("None of the given keys has signed this release."), markup=False)
    if not has_keys:
        common.say(_("No key was given, so no signature was checked: --key FILE.pub"))
    text = ngettext(
        "Release {name}: {count} file, {megabytes:.1f} MB.",
        "Release {name}: {count} files, {megabytes:.1f} MB.",
        whole.files,
    )
    state = _("As it was made.") if whole.is_whole else _("NOT as it was made.")
    if has_cells and not whole.unequal:
        state += " " + _("CSV and Parquet have equal cells.")
    out.print(text.format(name=whole.name, count=whole.files, megabytes=whole.bytes / 1e6) + " " + state, markup=False)


def _problem(item: signing.Signature) -> str:
    if item.is_valid:
        return _("signed by a given key")
    words = {
        "no-key": _("signature by a key that was not given"),
        "forged": _("signature is forged or damaged"),
        "not-this-release": _("signature is of other files"),
    }
    return words.get(item.problem or "", item.problem or "")
