"""The WSGI application that gunicorn serves: CKAN with the settings of CKAN_INI."""

import functools
import logging
import os

import ckan.plugins.core as plugins  # type: ignore[import-not-found,unused-ignore]
from ckan.cli import CKANConfigLoader  # type: ignore[import-not-found,unused-ignore]
from ckan.config.middleware import make_app  # type: ignore[import-not-found,unused-ignore]

# Not in the ini file: what CKAN reads from there silences gunicorn's own loggers, the access log among them.
logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
# CKAN 2.11 reads the entry points of every installed package from disk each time it asks its plugins: more than half of the
# time of a request. They do not change while it runs. 2.12 does without.
if hasattr(plugins, "find_system_plugins"):
    plugins.find_system_plugins = functools.cache(plugins.find_system_plugins)
application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
