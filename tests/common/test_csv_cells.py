"""No cell of a file does anything in a spreadsheet, and each can be had back."""

import csv
import io

import orjson
import pytest

from apps.common.csv_cells import cell
from tests.shared_data import shared_data

DANGEROUS = "=+-@\t\r\n\0＝＋－＠"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠A", " =1", "\ufeff=1", "\u202e=1", "'=1"],
)
def test_what_might_act_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "abc", "1+1", "https://example.org/?a=1", "Mozilla/5.0", '"=1+1', "a\n=1", " a", "%0A=1"])
def test_all_else_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_collected_attacks_are_harmless_and_recoverable() -> None:
    values = [case["value"] for case in orjson.loads((shared_data("attack-vectors") / "csv-cells.json").read_bytes())]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([cell(value), "next"] for value in values)

    rows = list(csv.reader(io.StringIO(file.getvalue(), newline="")))

    assert [len(row) for row in rows] == [2] * len(values)
    assert not [row for row in rows if row[0][:1] in DANGEROUS and row[0]]
    assert [row[0].removeprefix("'") for row in rows] == values
