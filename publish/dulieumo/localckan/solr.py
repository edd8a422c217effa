"""Solr: CKAN's search index, one core, in a Jetty of its own on 127.0.0.1."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from dulieumo.i18n import _
from dulieumo.localckan.layout import ETC
from dulieumo.localckan.parts import Context, Part, private_folder
from dulieumo.localckan.settings import HOST

CORE = "ckan"
_WORD_LISTS = ("stopwords.txt", "synonyms.txt", "protwords.txt")  # named by CKAN's schema; empty is a choice


def part(context: Context) -> Part:
    folder = context.where.stack / "solr"
    home = folder / "home"
    java = (
        str(context.programs.java),
        "-Xms48m",
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",  # starts sooner; an index of some hundreds never warms the other compiler
        "--enable-native-access=ALL-UNNAMED",
        f"-Djetty.port={context.ports.solr}",
        f"-Dsolr.solr.home={home}",
        f"-Dsolr.install.dir={home}",
        f"-Dsolr.log.dir={context.where.stack / 'logs'}",
        f"-Djava.io.tmpdir={context.where.stack / 'tmp'}",
        f"-Djava.util.logging.config.file={ETC / 'solr-logging.properties'}",
    )
    return Part(
        name="solr",
        command=(
            *java,
            *("-cp", f"{context.programs.solr / 'jars'}/*"),
            "org.eclipse.jetty.xml.XmlConfiguration",
            str(ETC / "solr-jetty.xml"),
        ),
        environment=context.environment,
        folder=folder,
        prepare=lambda: _prepare(context, home),
        problem=lambda: _problem(context, home),
        start_seconds=90,
    )


def _prepare(context: Context, home: Path) -> None:
    """The core's configuration, written anew each time: the schema is that of the CKAN that will use it."""
    configuration = private_folder(home / CORE / "conf")
    (home / "solr.xml").write_text("<solr/>\n", encoding="utf-8")
    (home / CORE / "core.properties").write_text(f"name={CORE}\n", encoding="utf-8")
    shutil.copyfile(context.programs.ckan_schema, configuration / "schema.xml")
    shutil.copyfile(ETC / "solrconfig.xml", configuration / "solrconfig.xml")
    for name in _WORD_LISTS:
        (configuration / name).touch()


def address(context: Context) -> str:
    return f"http://{HOST}:{context.ports.solr}/solr/{CORE}"


def _problem(context: Context, home: Path) -> str | None:
    try:
        answer = request(context, f"admin/cores?action=STATUS&core={CORE}&wt=json")
        core = answer.get("status", {}).get(CORE, {})
        if core.get("instanceDir") == str(home / CORE):
            request(context, f"{CORE}/select?q=*:*&rows=0&wt=json")
            return None
    except (OSError, ValueError) as error:
        return str(error)
    failures = answer.get("initFailures", {})
    return str(failures.get(CORE) or _("the core is not loaded, or another Solr answers on this port"))


def request(context: Context, path: str, body: Any = None) -> dict[str, Any]:
    """One call to our Solr, `path` below /solr/; with a `body` it is a POST of JSON. Raises OSError or ValueError."""
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(
        f"http://{HOST}:{context.ports.solr}/solr/{path}", data=data, headers={"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=10) as answer:
            document: dict[str, Any] = json.load(answer)
            return document
    except urllib.error.HTTPError as error:
        raise OSError(f"{error.code} {error.reason}") from error
