"""A worked SQL query for a table: something worth asking, derived from what the columns are declared to be."""

from __future__ import annotations

from dulieumo.model import Column, Resource

LINES = 20


def table_name(resource: Resource) -> str:
    """What the table is called in the browser's database: letters, digits and underscores."""
    return resource.name.replace("-", "_")


def query(resource: Resource) -> str:
    """SQLite. Groups by a coded column and sums a measured one where there are such columns, else orders, else lists."""
    schema = resource.schema
    assert schema is not None
    table = f'"{table_name(resource)}"'
    measures = [column for column in schema.columns if column.type in ("integer", "number") and not column.code_list]
    groups = [column for column in schema.columns if _groups(column)]
    if groups:
        group = f'"{groups[0].name}"'
        sums = f',\n       ROUND(SUM("{measures[0].name}"), 2) AS "tong_{measures[0].name}"' if measures else ""
        return f"SELECT {group}, COUNT(*) AS so_dong{sums}\nFROM {table}\nGROUP BY {group}\nORDER BY so_dong DESC\nLIMIT {LINES};"
    if measures:
        return f'SELECT *\nFROM {table}\nORDER BY "{measures[0].name}" DESC\nLIMIT {LINES};'
    return f"SELECT *\nFROM {table}\nLIMIT {LINES};"


def _groups(column: Column) -> bool:
    """Whether rows are worth counting by this column: its values are few by declaration, and are not references to sources."""
    is_few = bool(
        column.categories or column.code_list or "enum" in column.constraints or column.type in ("boolean", "year")
    )
    return is_few and not column.is_source_reference and not column.constraints.get("unique")
