"""Fills CKAN's databases: run by CKAN's own Python with CKAN_INI set, `provision.py SYSADMIN`.

Reads the sysadmin's password from standard input (a line). Prints one line of JSON: {"token": …, "permissions": SQL};
the SQL must be run by PostgreSQL's superuser. May be run again: it then changes nothing but the password and the token.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from contextlib import redirect_stdout
from typing import Any

from ckan.cli import CKANConfigLoader  # type: ignore[import-not-found,unused-ignore]
from ckan.cli.db import db  # type: ignore[import-not-found,unused-ignore]
from ckan.config.middleware import make_app  # type: ignore[import-not-found,unused-ignore]
from ckan.plugins.toolkit import get_action  # type: ignore[import-not-found,unused-ignore]
from ckanext.datastore.cli import set_permissions  # type: ignore[import-not-found,unused-ignore]

from ckan import model  # type: ignore[import-not-found,unused-ignore]

TOKEN_NAME = "local"  # noqa: S105 - the token's label


def printed(command: Any, *arguments: str) -> str:
    """What a command of CKAN's own command line prints."""
    output = io.StringIO()
    with redirect_stdout(output):
        command.main(list(arguments), standalone_mode=False)
    return output.getvalue()


def sysadmin_token(name: str, password: str) -> str:
    """Makes (or resets) the sysadmin and returns a fresh API token."""
    site_user = get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, **data: Any) -> Any:
        return get_action(action)({"ignore_auth": True, "user": site_user}, data)

    user = model.User.get(name)
    if user is None:
        act("user_create", name=name, email=f"{name}@localhost.localdomain", password=password)
        user = model.User.get(name)
    user.password = password
    user.sysadmin = True
    user.state = model.State.ACTIVE
    model.Session.commit()
    for token in act("api_token_list", user_id=name):
        if token["name"] == TOKEN_NAME:
            act("api_token_revoke", jti=token["id"])
    return str(act("api_token_create", user=name, name=TOKEN_NAME)["token"])


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # CKAN's chatter goes to the log
    logging.basicConfig(level=logging.WARNING)
    password = sys.stdin.readline().strip()
    application = make_app(CKANConfigLoader(os.environ["CKAN_INI"]).get_config())
    print(printed(db, "init"), file=sys.stderr)  # noqa: T201
    with application._wsgi_app.test_request_context():
        token = sysadmin_token(sys.argv[1], password)
        permissions = printed(set_permissions)
    print(json.dumps({"token": token, "permissions": permissions}), file=answers)


if __name__ == "__main__":
    main()
