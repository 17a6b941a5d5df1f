"""How links are read from PostgreSQL."""

import psycopg
import pytest

from apps.links.models import Domain
from apps.redirects.postgres import LINKS_AT, look_up_arguments


@pytest.mark.parametrize("places", [1, 64])
def test_links_are_found_by_indexes_even_while_tables_are_small(domain: Domain, places: int) -> None:
    with psycopg.connect(**look_up_arguments()) as connection:
        connection.execute(b"PREPARE look_up AS " + LINKS_AT.text)
        codes = ",".join(f"code{number}" for number in range(places))
        ids = ",".join([str(domain.pk)] * places)
        plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN EXECUTE look_up('{{{ids}}}', '{{{codes}}}')"))
        connection.execute(f"EXECUTE look_up('{{{ids}}}', '{{{codes}}}')")
        plans = connection.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements").fetchall()
    assert plans == [(2, 0)]
    assert "Seq Scan" not in plan
    for table in ("links_link", "links_alias", "links_domain", "links_redirectrule"):
        assert f" on {table}" in plan
