import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from forum.kit.compression import CompressionMiddleware, chosen, zstd

TEXT = b"A long argument. " * 100


def answer(response, accepted: str = "gzip, deflate, br, zstd"):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    return CompressionMiddleware(lambda _: response)(request)


@pytest.mark.parametrize(
    "accepted, method",
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "zstd"),
        ("GZip", "gzip"),
        ("br, gzip;q=0.8", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.0, gzip;q=0", ""),
        ("br", ""),
        ("", ""),
        ("x;;q=,,=", ""),
    ],
)
def test_the_best_of_what_a_browser_takes_is_chosen(accepted, method):
    assert chosen(accepted) == method


def test_a_page_is_compressed_and_says_so():
    response = answer(HttpResponse(TEXT, headers={"ETag": '"strong"'}))

    assert zstd.decompress(response.content) == TEXT
    assert response["Content-Encoding"] == "zstd"
    assert response["Content-Length"] == str(len(response.content))
    assert response["Vary"] == "Accept-Encoding"
    assert response["ETag"] == 'W/"strong"'
    assert gzip.decompress(answer(HttpResponse(TEXT), "gzip").content) == TEXT


def test_a_cache_is_told_even_when_nothing_is_compressed():
    response = answer(HttpResponse(TEXT), "")
    assert (response.content, response["Vary"]) == (TEXT, "Accept-Encoding")


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(b"Short."),
        HttpResponse(TEXT, content_type="image/png"),
        HttpResponse(TEXT, headers={"Content-Encoding": "br"}),
        StreamingHttpResponse([TEXT]),
        HttpResponse(status=304),
    ],
    ids=["short", "a picture", "compressed already", "streaming", "empty"],
)
def test_the_rest_stays_as_it_is(response):
    before = dict(response.items())
    assert dict(answer(response).items()) == before
