"""PostgreSQL: the databases of CKAN and of the DataStore, on 127.0.0.1 with passwords."""
# ruff: noqa: S608 - every name in the SQL is a constant of ours

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan.failures import LocalCkanFailed, redacted
from dulieumo.localckan.parts import Context, Part, is_root, private_folder
from dulieumo.localckan.processes import run
from dulieumo.localckan.settings import HOST, write_private

UNPRIVILEGED = "nobody"  # PostgreSQL refuses root; this user is on every machine, so none need be made
SUPERUSER = "postgres"
CKAN, DATASTORE, READER = "ckan", "datastore", "datastore_reader"
DATABASES_LOCK = 7235002  # any number that all of ours agree on


def user() -> str | None:
    """The user that PostgreSQL runs as: ourselves (None), or an unprivileged one when we are root."""
    return UNPRIVILEGED if is_root() else None


def part(context: Context) -> Part:
    data = context.where.stack / "postgres" / "data"
    settings = {
        "listen_addresses": HOST,
        "port": str(context.ports.postgres),
        "unix_socket_directories": "",  # a deep checkout makes a path longer than a socket's may be
        "max_connections": "60",
        "shared_buffers": "64MB",
        "password_encryption": "scram-sha-256",
        "log_min_messages": "warning",
        "log_min_error_statement": "panic",  # statements hold the data, and once a password
    }
    return Part(
        name="postgres",
        command=(
            str(context.programs.postgres("postgres")),
            "-D",
            str(data),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ),
        environment=context.environment,
        folder=data.parent,
        prepare=lambda: _prepare(context, data),
        problem=lambda: _problem(context, data),
        start_seconds=60,
        user=user(),
    )


def _prepare(context: Context, data: Path) -> None:
    private_folder(data.parent)
    if not (data / "PG_VERSION").exists():
        _initialise(context, data)
    _forget_dead_postmaster(context, data)


def _initialise(context: Context, data: Path) -> None:
    unfinished = data.with_name("unfinished")
    for leftover in (unfinished, data):
        if leftover.exists():
            shutil.rmtree(leftover)
    private_folder(unfinished)
    password = data.parent / "password"
    write_private(password, context.secrets.postgres)
    name = user()
    if name is not None:
        owner = pwd.getpwnam(name)
        for path in (data.parent, unfinished, password):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    command = (
        *(str(context.programs.postgres("initdb")), "-U", SUPERUSER, "-E", "UTF8"),
        *("--auth", "scram-sha-256", "--pwfile", str(password)),
        *("--locale=C", "--lc-ctype=C.UTF-8", "--no-sync", "-D", str(unfinished)),
    )
    ended = run(command, user=name, environment=context.environment)
    password.unlink()
    if ended.returncode != 0:
        raise LocalCkanFailed(
            _("PostgreSQL could not make its database folder {folder}: {reason}").format(
                folder=data, reason=ended.stderr.strip() or ended.stdout.strip()
            ),
            hint=_("Move the checkout to a folder that every user may enter, or run this as a normal user."),
        )
    unfinished.replace(data)


def _forget_dead_postmaster(context: Context, data: Path) -> None:
    """Removes the lock file of a postmaster that is gone.

    After a reboot its pid may be anybody's, and PostgreSQL would take that one for a living postmaster."""
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        command = []
    if command[:3] != [os.fsencode(word) for word in part_command(context, data)]:
        lock.unlink(missing_ok=True)


def part_command(context: Context, data: Path) -> tuple[str, str, str]:
    """The words by which our postmaster is known."""
    return (str(context.programs.postgres("postgres")), "-D", str(data))


def _problem(context: Context, data: Path) -> str | None:
    try:
        answer = query(context, "postgres", "SHOW data_directory")
    except LocalCkanFailed as failure:
        return failure.message
    return None if answer.strip() == str(data) else _("another PostgreSQL answers on this port")


def query(context: Context, database: str, sql: str) -> str:
    """Runs SQL (several statements, psql commands too) as the superuser, returns the answer unaligned.

    Raises LocalCkanFailed with PostgreSQL's message; statements that came before the failing one stand."""
    ended = subprocess.run(
        [
            str(context.programs.postgres("psql")),
            *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"),
            *("-h", HOST, "-p", str(context.ports.postgres), "-U", SUPERUSER, "-d", database),
        ],
        input=sql,
        env={**context.environment, "PGPASSWORD": context.secrets.postgres, "PGCONNECT_TIMEOUT": "5"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        reason = redacted(ended.stderr.strip(), context.secrets.all())
        raise LocalCkanFailed(_("PostgreSQL refused: {reason}").format(reason=reason))
    return ended.stdout


def make_databases(context: Context) -> None:
    """The roles and databases that CKAN needs, made or brought in line with our passwords.

    The lock is held until the session's end: the server goes on with the CREATE DATABASE of an `up` that was killed,
    and whoever comes next must look only when that is over."""
    passwords = {CKAN: context.secrets.ckan_database, READER: context.secrets.datastore_reader}
    statements = [f"SELECT pg_advisory_lock({DATABASES_LOCK});"]
    statements += [
        f"SELECT 'CREATE ROLE {role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}')\\gexec"
        for role in passwords
    ]
    statements += [f"ALTER ROLE {role} PASSWORD '{password}';" for role, password in passwords.items()]
    statements += [
        f"SELECT 'CREATE DATABASE {name} OWNER {CKAN}' "
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')\\gexec"
        for name in (CKAN, DATASTORE)
    ]
    query(context, "postgres", "\n".join(statements))


def address(context: Context, role: str, database: str) -> str:
    """The database's address for CKAN's settings, password included."""
    password = context.secrets.datastore_reader if role == READER else context.secrets.ckan_database
    return f"postgresql://{role}:{password}@{HOST}:{context.ports.postgres}/{database}"
