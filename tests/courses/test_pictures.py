"""A picture comes in a few sizes and kinds; its place on the page is kept free for it (R15)."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pixels
from wagtail.images.models import Image

from courses.views.learning import COPY
from tests.courses.lessons import lessons, text, write

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a new rendition to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
    ),
    pytest.mark.filterwarnings(
        "ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning"
    ),
]


@pytest.fixture
def lesson(course, started, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    file = BytesIO()
    Pixels.new("RGB", (1200, 900), "teal").save(file, "JPEG")
    image = Image.objects.create(
        title="A taxi", file=SimpleUploadedFile("taxi.jpg", file.getvalue())
    )
    value = {"image": image.pk, "alt_text": "A parked taxi", "decorative": False}
    return write(lessons(course)[0], [("image", value)])


def figure(client, lesson, **headers):
    return BeautifulSoup(text(client, lesson, **headers), "html.parser").figure


def test_small_kinds_are_offered_before_jpeg_each_in_two_widths(client, lesson):
    picture = figure(client, lesson).picture
    kinds = [source["type"] for source in picture.find_all("source")]
    assert kinds == ["image/avif", "image/webp"]
    for offer in [*picture.find_all("source"), picture.img]:
        assert [size.split()[-1] for size in offer["srcset"].split(", ")] == ["320w", "640w"]


def test_picture_has_words_a_size_and_waits_until_it_is_near(client, lesson):
    img = figure(client, lesson).img
    assert img["alt"] == "A parked taxi"
    assert int(img["width"]) / int(img["height"]) == pytest.approx(4 / 3)
    assert img["loading"] == "lazy"


def test_copy_for_a_phone_names_one_file(client, lesson):
    copy = figure(client, lesson, **{COPY: "1"})
    assert [img["src"].endswith(".webp") for img in copy.find_all("img")] == [True]
    assert copy.find_all(srcset=True) == []
