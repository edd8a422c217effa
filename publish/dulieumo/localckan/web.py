"""CKAN itself: its ini file, and gunicorn with two workers on 127.0.0.1."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from dulieumo.ckan import stamp
from dulieumo.i18n import _
from dulieumo.localckan import postgres, redis, solr
from dulieumo.localckan.layout import INSIDE, SERVER
from dulieumo.localckan.parts import Context, Part, private_folder
from dulieumo.localckan.settings import HOST, write_private

SITE_ID = "dulieumo-local"  # also the name of the user that CKAN itself acts as
WORKERS = 2
_THREADS = 4
_PROBE_SECONDS = 20.0
_PLUGINS = ("activity", "datastore", "datatables_view", "text_view", "image_view")
_EXTENSION_PLUGINS = (
    *("scheming_datasets", "scheming_organizations", "scheming_groups"),
    *("dcat", "structured_data", "croissant"),
)


def part(context: Context) -> Part:
    access = context.where.stack / "logs" / "access.log"
    return Part(
        name="ckan",
        command=(
            str(context.programs.ckan_python),
            *("-m", "gunicorn", "--bind", f"{HOST}:{context.ports.ckan}"),
            *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(_THREADS)),
            *("--timeout", "300", "--graceful-timeout", "5"),  # a large DataStore load takes its time
            "--no-control-socket",  # or all stacks of a user share one
            *("--access-logfile", str(access), "--error-logfile", "-"),
            *("--pythonpath", str(INSIDE), "ckan_wsgi:application"),
        ),
        environment={**context.environment, "CKAN_INI": str(context.where.ini)},
        folder=context.where.stack,
        prepare=lambda: _prepare(context),
        problem=lambda: problem(context),
        start_seconds=120,
    )


def _prepare(context: Context) -> None:
    private_folder(context.where.stack / "storage")
    write_private(context.where.ini, ini(context))


def plugins(context: Context) -> tuple[str, ...]:
    extensions = _EXTENSION_PLUGINS if context.where.has_extensions else ()
    return (*_PLUGINS, *extensions)


def settings(context: Context) -> dict[str, str]:
    """CKAN's settings. Every address is set: the defaults point at ports where somebody else's server may be."""
    values = {
        "use": "egg:ckan",
        "SECRET_KEY": context.secrets.session,
        "api_token.jwt.encode.secret": f"string:{context.secrets.tokens}",
        "api_token.jwt.decode.secret": f"string:{context.secrets.tokens}",
        "sqlalchemy.url": postgres.address(context, postgres.CKAN, postgres.CKAN),
        "ckan.datastore.write_url": postgres.address(context, postgres.CKAN, postgres.DATASTORE),
        "ckan.datastore.read_url": postgres.address(context, postgres.READER, postgres.DATASTORE),
        # 100,000 rows inserted in 12 s instead of 31
        "ckan.datastore.sqlalchemy.executemany_mode": "values_plus_batch",
        "ckan.datastore.sqlalchemy.pool_pre_ping": "true",  # CKAN sets it for its own database; see a restart through
        # no `unaccent` in this PostgreSQL: see the deployment guide for a search without diacritics
        "ckan.datastore.default_fts_lang": "simple",
        "ckan.redis.url": redis.address(context),
        "solr_url": solr.address(context),
        "ckan.site_id": SITE_ID,
        "ckan.site_url": context.url,
        "ckan.site_title": "Dữ liệu mở (CKAN trên máy này)",
        "ckan.plugins": " ".join(plugins(context)),
        "ckan.views.default_views": "datatables_view image_view text_view",
        "ckan.storage_path": str(context.where.stack / "storage"),
        "ckan.max_resource_size": "200",
        "ckan.site_custom_css": style(),
        "ckan.locale_default": "vi",
        "ckan.locales_offered": "vi en",
        "ckan.display_timezone": "Asia/Ho_Chi_Minh",
        "ckan.cors.origin_allow_all": "true",
        "package_hide_extras": stamp.KEY,  # for programs; a reader of the page has no use for it
        # CKAN cuts off "file://" and opens the rest: not as_uri(), which would write a space as %20
        "licenses_group_url": f"file://{SERVER / 'licenses.json'}",
        # as a city's server should have it: by default every user may make organisations, groups and accounts
        "ckan.auth.user_create_organizations": "false",
        "ckan.auth.user_create_groups": "false",
        "ckan.auth.create_user_via_web": "false",
    }
    if context.where.has_extensions:
        values |= {
            "scheming.dataset_schemas": (SERVER / "scheming.yaml").as_uri(),
            "scheming.presets": "ckanext.scheming:presets.json ckanext.dcat.schemas:presets.yaml",
        }
    return {**values, **context.settings}


def style() -> str:
    """Our `style.css` as a setting: one line."""
    return " ".join((SERVER / "style.css").read_text(encoding="utf-8").split())


def ini(context: Context) -> str:
    """The text of ckan.ini."""
    lines = (f"{name} = {value.replace('%', '%%')}" for name, value in settings(context).items())
    return "[app:main]\n" + "\n".join(lines) + "\n"


def problem(context: Context) -> str | None:
    try:
        status = call(context, "status_show")
    except (OSError, ValueError) as error:
        return str(error)
    return None if status.get("site_url") == context.url else _("another CKAN answers on this port")


def call(context: Context, action: str) -> dict[str, Any]:
    """One anonymous reading call to our CKAN; its result. Raises OSError or ValueError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{context.url}/api/3/action/{action}", timeout=_PROBE_SECONDS) as answer:
        result: dict[str, Any] = json.load(answer)["result"]
        return result
