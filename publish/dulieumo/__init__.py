"""dulieumo: from a commit of descriptors and tables to a checked, converted, published and documented release.

    descriptors.read(folder)          a commit: catalog.yaml, domains, datasets        -> Catalog, findings
    check.check(...)                  Frictionless's verdict and our rules             -> CheckReport      report.json
    build.build(...)                  canonical CSV, Parquet, descriptor, hashes       -> DatasetVersions
    release.compose(...)              one version per dataset                          -> Release          release.json
    ckan.plan(...)                    what CKAN lacks; nothing is sent                 -> Plan             plan.json
    ckan.push(...)                    the plan, carried out, resumable                 -> Receipt          receipt.json
    ckan.verify(...)                  what the public gets, compared                   -> Verification     verification.json
    site.build(...)                   pages, catalogues and feeds of a release         -> a folder of HTML

`model.py` holds the values that pass between the stages, `errors.py` what can stop us, `cli/` one file per command.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dulieumo.client import open_catalog as open_catalog
else:

    def __getattr__(name: str) -> object:
        """`dulieumo.open_catalog`, for public developers, without making every command import what it needs."""
        if name == "open_catalog":
            from dulieumo.client import open_catalog

            return open_catalog
        raise AttributeError(name)
