import gzip

import pytest
from django.http import HttpResponse

from lms.middleware import CompressionMiddleware


def sent(rf, kind):
    request = rf.get("/", headers={"accept-encoding": "gzip"})
    return CompressionMiddleware(lambda _: HttpResponse(b"a" * 1000, content_type=kind))(request)


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "text/vtt", "application/json", "application/problem+json"],
)
def test_text_is_sent_packed(rf, kind):
    response = sent(rf, kind)
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == b"a" * 1000


def test_length_of_packed_text_varies_so_that_it_betrays_no_token(rf):
    assert len({len(sent(rf, "text/html").content) for _ in range(20)}) > 1


@pytest.mark.parametrize("kind", ["application/pdf", "video/mp4", "image/webp"])
def test_what_is_small_already_is_sent_as_it_is(rf, kind):
    response = sent(rf, kind)
    assert "Content-Encoding" not in response
    assert response.content == b"a" * 1000
