"""Many rows at once."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.db import connection, models


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert with COPY, which triggers and constraints see like any other statement; several times as fast as INSERT. Mappings and
    lists are written as JSON. No database default is put in but for columns that are not named."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_cell(value) for value in row])


def copy_models(instances: Sequence[models.Model]) -> None:
    """The same for instances of one model that have their keys; none is needed for no instance."""
    if not instances:
        return
    fields = [(str(field.column), field.attname) for field in instances[0]._meta.concrete_fields]
    rows = ([getattr(instance, name) for _column, name in fields] for instance in instances)
    copy_rows(type(instances[0]), [column for column, _name in fields], rows)


def next_keys(model: type[models.Model], number: int) -> list[int]:
    """Keys that the database gives to nobody else, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, number])
        return [key for (key,) in cursor.fetchall()]


def _cell(value: Any) -> Any:
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
