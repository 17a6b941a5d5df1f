"""QR codes by REST."""

import io

import pytest
import zxingcpp
from PIL import Image

from tests.cast import make_user
from tests.links.api.program import Api, address, make, problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("accept", ["*/*", "image/png", "application/json"])
def test_a_camera_reads_the_short_url(api: Api, accept: str) -> None:
    link = make(api)
    answer = api.ask("get", f"{address(link)}/qr.png?size=400&dark=%23003366&error=h", Accept=accept)

    assert answer["Content-Type"] == "image/png"
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert [one.text.removesuffix("?qr") for one in found] == [link["short_url"]]


def test_the_same_as_svg(api: Api) -> None:
    link = make(api)
    answer = api.ask("get", f"{address(link)}/qr.svg")

    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert answer["Content-Disposition"] == f'inline; filename="{link["code"]}.svg"'


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("size=0", "size"),
        ("size=x", "size"),
        ("margin=99", "margin"),
        ("dark=blue", "dark"),
        ("error=x", "error"),
        ("logo=7", "logo"),
        ("x=1", "x"),
    ],
)
def test_looks_that_cannot_be_are_refused_by_name(api: Api, query: str, field: str) -> None:
    assert problem(api.ask("get", f"{address(make(api))}/qr.png?{query}")) == (400, "invalid", {field})


def test_the_code_of_somebody_elses_link_is_not_there(api: Api) -> None:
    theirs = address(make(Api(make_user("bob"))))

    assert problem(api.ask("get", f"{theirs}/qr.svg"))[0] == 404
