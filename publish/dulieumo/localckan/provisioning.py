"""Fills the databases of a new stack: roles, tables, permissions, the sysadmin; lets the index follow a new address; and
says where the result lies."""

from __future__ import annotations

import json

from dulieumo.i18n import _
from dulieumo.localckan import postgres, processes, web
from dulieumo.localckan.failures import failed
from dulieumo.localckan.layout import INSIDE, Layout
from dulieumo.localckan.parts import Context
from dulieumo.localckan.settings import FORMAT, write_private

SYSADMIN = "admin"
EDITOR = "dulieumo"  # made by `dulieumo ckan bootstrap`


def is_done(where: Layout) -> bool:
    return (
        where.sysadmin_token.exists() and where.provisioned.exists() and where.provisioned.read_text() == where.flavour
    )


def provision(context: Context) -> None:
    where = context.where
    where.provisioned.unlink(missing_ok=True)
    postgres.make_databases(context)
    given = context.secrets.sysadmin_password + "\n"
    answer = json.loads(
        _inside(context, "provision", _("CKAN's databases could not be filled."), SYSADMIN, given=given)
    )
    postgres.query(context, "postgres", answer["permissions"])
    write_private(where.sysadmin_token, answer["token"] + "\n")
    write_private(where.sysadmin_password, context.secrets.sysadmin_password + "\n")
    write_private(where.provisioned, where.flavour)
    write_private(where.indexed, context.url)  # there is nothing in it yet


def is_indexed(context: Context) -> bool:
    """Whether the search index names the downloads under CKAN's address of now: its port may be another one than before."""
    indexed = context.where.indexed
    return indexed.exists() and indexed.read_text() == context.url


def index(context: Context) -> None:
    """Makes the search index anew while CKAN serves. Raises LocalCkanFailed."""
    _inside(context, "reindex", _("CKAN's search index could not be made anew."))
    write_private(context.where.indexed, context.url)


def _inside(context: Context, script: str, problem: str, *arguments: str, given: str = "") -> str:
    """What a script of `inside/` prints when CKAN's own Python runs it. Raises LocalCkanFailed with `problem`."""
    part = web.part(context)
    part.prepare()
    log = context.where.log("provision")
    ended = processes.run(
        (str(context.programs.ckan_python), "-I", str(INSIDE / f"{script}.py"), *arguments),
        environment=part.environment,
        given=given,
    )
    write_private(log, ended.stderr)
    if ended.returncode != 0:
        raise failed(problem, log, context.secrets.all())
    return ended.stdout


def write_target(context: Context) -> None:
    """Writes target.json, from which the pipeline knows the address and the tokens' files (never the tokens)."""
    where = context.where
    target = {
        "format": FORMAT,
        "target": where.target_name,
        "url": context.url,
        "version": where.version,
        "has_extensions": where.has_extensions,
        "sysadmin": SYSADMIN,
        "sysadmin_token_file": str(where.sysadmin_token),
        "sysadmin_password_file": str(where.sysadmin_password),
        "editor": EDITOR,
        "editor_token_file": str(where.editor_token),
    }
    text = json.dumps(target, indent=2, ensure_ascii=False) + "\n"
    write_private(where.target, text)
    if where.is_default:
        write_private(where.root / "target.json", text)
