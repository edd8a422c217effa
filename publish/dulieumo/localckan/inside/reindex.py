"""Makes the search index anew, dataset by dataset, without emptying it: run by CKAN's own Python with CKAN_INI set.

CKAN answers `package_show` and `package_search` from what the index keeps of a dataset, the address of each download
included: after another `ckan.site_url` it would go on naming the old one.
"""

from __future__ import annotations

import logging
import os

from ckan.cli import CKANConfigLoader  # type: ignore[import-not-found,unused-ignore]
from ckan.config.middleware import make_app  # type: ignore[import-not-found,unused-ignore]
from ckan.lib.search import rebuild  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    with application._wsgi_app.test_request_context():
        rebuild(quiet=True)


if __name__ == "__main__":
    main()
