"""Static files as browsers and caches get them."""

import asyncio

from django.test import AsyncClient, Client

PATH = "/static/css/tokens.css"


def test_a_file_comes_in_one_piece_under_asgi() -> None:
    response = asyncio.run(AsyncClient().get(PATH))

    assert response.status_code == 200
    assert not response.streaming
    assert response["Content-Type"].startswith("text/css")
    assert b"color-scheme" in response.content


def test_a_part_of_a_file_can_be_asked_for(client: Client) -> None:
    response = client.get(PATH, headers={"range": "bytes=0-9"})

    assert response.status_code == 206
    assert len(response.content) == 10


def test_head_tells_the_size_and_sends_nothing(client: Client) -> None:
    response = client.head(PATH)

    assert int(response["Content-Length"]) > 0
    assert response.content == b""


def test_a_file_that_a_browser_has_is_not_sent_again(client: Client) -> None:
    seen = client.get(PATH)["Last-Modified"]

    assert client.get(PATH, headers={"if-modified-since": seen}).status_code == 304
