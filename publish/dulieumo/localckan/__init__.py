"""A real CKAN on this machine: no root, no Docker, no system package. For development, tests and `make demo`.

    from dulieumo import localckan
    ckan = localckan.up(Path(".local-ckan"))        install, start, mend; returns when it answers
    ckan.url, ckan.sysadmin_token()
    ckan.kill("solr"); ckan.start("solr")           faults, for tests
    ckan.reset_data(keep_organizations=True)        empty it in a moment
    localckan.down(Path(".local-ckan"))

Read on in `layout.py` (where things lie), `stack.py` (how they are kept running), `install.py` (where they come from).
"""

from dulieumo.localckan.failures import LocalCkanFailed, LocalCkanUnavailable
from dulieumo.localckan.layout import FOLDER, VERSION, VERSIONS
from dulieumo.localckan.progress import Event, Phase, Report, silent
from dulieumo.localckan.server import LocalCkan, attach, down, rebuild, status, up
from dulieumo.localckan.status import Condition, PartStatus, StackStatus

__all__ = [
    "FOLDER",
    "VERSION",
    "VERSIONS",
    "Condition",
    "Event",
    "LocalCkan",
    "LocalCkanFailed",
    "LocalCkanUnavailable",
    "PartStatus",
    "Phase",
    "Report",
    "StackStatus",
    "attach",
    "down",
    "rebuild",
    "silent",
    "status",
    "up",
]
