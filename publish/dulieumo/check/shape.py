"""A table of the model as the rules see it."""

from __future__ import annotations

from dulieumo.model import Catalog, Dataset, Kind, Resource
from dulieumo_rules.shape import Table, fields_of


def of(catalog: Catalog, dataset: Dataset, resource: Resource) -> Table:
    """Columns as declared, and what descriptor and catalogue say around them."""
    assert resource.schema is not None
    schema = resource.descriptor["schema"]
    bounds = dataset.spatial.get("bbox") or catalog.settings.get("bounds", {}).get("bbox")
    ids = tuple(source.id for source in (*resource.sources, *dataset.sources) if source.id)
    return Table(
        name=resource.name,
        fields=fields_of(schema),
        schema=schema,
        is_sample=resource.kind is Kind.SAMPLE,
        sources=ids,
        as_of=dataset.data_as_of,
        bounds=tuple(bounds) if bounds else None,
        checks=resource.checks,
        crs=resource.descriptor.get("dulieumo:crs"),
    )
