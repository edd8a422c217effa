"""The WSGI application that gunicorn serves: CKAN with the settings of CKAN_INI."""

import os

from ckan.cli import CKANConfigLoader  # type: ignore[import-not-found,unused-ignore]
from ckan.config.middleware import make_app  # type: ignore[import-not-found,unused-ignore]

application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
