"""The WSGI application that gunicorn serves: CKAN with the settings of CKAN_INI."""

import logging
import os

from ckan.cli import CKANConfigLoader  # type: ignore[import-not-found,unused-ignore]
from ckan.config.middleware import make_app  # type: ignore[import-not-found,unused-ignore]

# Not in the ini file: what CKAN reads from there silences gunicorn's own loggers, the access log among them.
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
