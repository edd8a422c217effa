"""Finds stacks that were started before, without starting anything."""

from __future__ import annotations

from pathlib import Path

from dulieumo.i18n import _
from dulieumo.localckan.failures import LocalCkanFailed
from dulieumo.localckan.install import find_installed
from dulieumo.localckan.layout import VERSIONS, Layout, layout
from dulieumo.localckan.parts import Context
from dulieumo.localckan.settings import read_secrets, read_state


def stacks(folder: Path) -> tuple[Layout, ...]:
    """The stacks under the folder, the default one first."""
    flavours = ((version, has_extensions) for version in VERSIONS for has_extensions in (False, True))
    all_layouts = (layout(folder, version=version, has_extensions=more) for version, more in flavours)
    return tuple(where for where in all_layouts if where.state.is_file())


def open_context(where: Layout) -> Context:
    """The context of a stack that was started before. LocalCkanFailed when there is none, or not all of it."""
    state, secrets, programs = read_state(where), read_secrets(where), find_installed(where)
    if state is None or secrets is None or programs is None:
        raise LocalCkanFailed(
            _("There is no local CKAN {flavour} in {folder}.").format(flavour=where.flavour, folder=where.root),
            hint=_("Start one with `dulieumo ckan up`."),
        )
    return Context(where=where, programs=programs, ports=state.ports, secrets=secrets, settings=state.settings)
