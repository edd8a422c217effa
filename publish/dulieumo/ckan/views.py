"""The table view of a resource: made once, before any other view, and never twice."""

from __future__ import annotations

from typing import Any

from .client import Client

VIEW_TYPE = "datatables_view"


def types(client: Client, resource_id: str) -> tuple[str, ...]:
    """The types of the views of a resource, in their order. Raises RemoteError."""
    return tuple(view["view_type"] for view in client.read("resource_view_list", id=resource_id))


def ensure(client: Client, resource_id: str, title: str, *, is_fresh: bool) -> None:
    """Make the table view unless there is one, and put it first. `is_fresh`: the resource was made by this push."""

    def made() -> Any | None:
        return next((view for view in views() if view["view_type"] == VIEW_TYPE), None)

    def views() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = client.read("resource_view_list", id=resource_id)
        return found

    others = [] if is_fresh else views()
    if any(view["view_type"] == VIEW_TYPE for view in others):
        return
    body = {"resource_id": resource_id, "view_type": VIEW_TYPE, "title": title}
    view = client.write("resource_view_create", body, landed=made)
    if others:
        order = [view["id"], *(other["id"] for other in others)]
        client.write("resource_view_reorder", {"id": resource_id, "order": order}, is_repeatable=True)
