"""What a plan and a verification say to people, by code, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from dulieumo.i18n import _

from .adopt import ADOPTABLE
from .model import Action, Drift, Policy

BLOCKING = ("not-ours", "other-catalogue", "too-large")
"""Refusals that stop a push. `left-repository` only tells."""


def action(which: Action) -> str:
    return {
        Action.REVIVE: _("revive"),
        Action.HEAL: _("heal"),
        Action.CREATE: _("create"),
        Action.UPDATE: _("update"),
        Action.UPLOAD: _("upload"),
        Action.REMOVE: _("remove"),
        Action.REORDER: _("reorder"),
        Action.DICTIONARY: _("dictionary"),
        Action.RECORDS: _("records"),
        Action.VIEW: _("view"),
        Action.PUBLISH: _("publish"),
        Action.PRUNE: _("prune"),
    }[which]


def reason(code: str, values: Mapping[str, str | int]) -> str:
    texts = {
        "absent": _("it is not on CKAN yet"),
        "deleted": _("it was deleted on CKAN"),
        "broken": _("CKAN has a resource twice; nothing can be changed before that is put right"),
        "version": _("version {new} instead of {old}"),
        "field-changed": _("changed in the repository"),
        "field-new": _("not yet written"),
        "field-edited": _("edited on CKAN, ours is put back"),
        "resource-new": _("new resource"),
        "resource-gone": _("no longer in the repository"),
        "order": _("the resources stand in another order"),
        "new": _("new file"),
        "file-changed": _("the file changed"),
        "file-edited": _("the file was replaced on CKAN, ours is put back"),
        "file-lost": _("CKAN has lost the file"),
        "file-to-link": _("the file is addressed where it lies"),
        "not-a-file": _("CKAN has a link instead of our file"),
        "table-new": _("new table"),
        "table-unfinished": _("a push did not end; what the table holds is completed"),
        "table-lost": _("the table is gone"),
        "table-shape": _("columns, key or indexes changed"),
        "rows-changed": _("rows of version {new} instead of {old}"),
        "table-types-edited": _("the columns were changed on CKAN"),
        "table-key-lost": _("the table was made again on CKAN without its key or its indexes"),
        "table-count-edited": _("the number of rows was changed on CKAN"),
        "table-rows-edited": _("rows were changed on CKAN"),
        "dictionary-changed": _("column descriptions changed"),
        "dictionary-edited": _("column descriptions were edited on CKAN, ours are put back"),
        "view-new": _("table view"),
        "view-missing": _("the table view is gone"),
        "complete": _("complete and verified"),
        "private": _("it is hidden on CKAN"),
        "private-target": _("this target keeps datasets hidden"),
        "unfinished": _("a push did not end"),
        "left-repository": _("it left the repository"),
    }
    return texts[code].format(**values)


def refusal(code: str, values: Mapping[str, str | int]) -> str:
    texts = {
        "not-ours": _("CKAN has a dataset of this name that was not published from here"),
        "other-catalogue": _("this dataset on CKAN belongs to the catalogue {catalog}"),
        "left-repository": _("it left the repository, and stays on CKAN"),
        "too-large": _("{file} has {size} MB, and this server takes {limit} MB at most"),
        "sample-to-production": _("{count} datasets hold sample data, which never goes to production: {names}"),
    }
    return texts[code].format(**values)


def refusal_hint(code: str) -> str:
    texts = {
        "not-ours": _("Take it over with --take-over, or rename one of the two."),
        "other-catalogue": _("Take it over with --take-over, or rename one of the two."),
        "left-repository": _("Remove it with --prune."),
        "too-large": _(
            "Raise ckan.max_resource_size and the web server's limit, then max_upload_mb of the target; "
            "or set file_base_url, so that CKAN links to the files."
        ),
        "sample-to-production": _("Publish to a staging target, or replace the sample tables by real ones."),
    }
    return texts[code]


def problem(code: str, values: Mapping[str, str | int]) -> str:
    texts = {
        "dataset-missing": _("the dataset cannot be seen"),
        "not-readable": _("CKAN gave no usable answer: {reason}"),
        "field-differs": _("{field} is not as in the release"),
        "resource-missing": _("the resource is missing"),
        "not-downloadable": _("the download answers {status}"),
        "other-address": _(
            "the download is said to be at {address}, where this CKAN is not: make its search index anew with "
            "`ckan search-index rebuild`"
        ),
        "needs-login": _("the download asks for a login"),
        "hash-differs": _("the file is not the one of the release ({bytes} bytes instead of {wanted})"),
        "media-type-differs": _("the file comes as {type} instead of {wanted}"),
        "no-cors": _("other sites' pages may not read files here (no CORS header)"),
        "no-range": _("files of type {type} come whole only (no Range requests)"),
        "table-missing": _("there is no DataStore table"),
        "columns-differ": _("the columns of the table are not those declared"),
        "dictionary-differs": _("the descriptions of the columns are missing or differ"),
        "rows-differ": _("the table has {rows} rows instead of {wanted}"),
        "sample-differs": _("rows of the table are not those of the release"),
        "view-missing": _("there is no table view"),
    }
    return texts[code].format(**values)


def drift(item: Drift) -> str:
    """An edit made on CKAN: what, by whom, when, and what becomes of it."""
    place = " ".join(part for part in (item.resource, item.field) if part)
    who = item.who or _("somebody")
    is_adoptable = (f"resource.{item.field}" if item.resource else item.field) in ADOPTABLE
    told = {
        Policy.OURS: _("ours is put back"),
        Policy.ADOPT: _("it is taken into the repository as a patch")
        if is_adoptable
        else _("it is left alone; take it into the descriptor by hand"),
        Policy.LEAVE: _("it is left alone"),
    }[item.policy]
    when = f", {item.when[:16].replace('T', ' ')}" if item.when else ""
    return _("{place} was edited on CKAN ({who}{when}): {told}").format(place=place, who=who, when=when, told=told)
