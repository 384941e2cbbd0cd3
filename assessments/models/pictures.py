"""Pictures as they stood on a paper: changing the one in the bank changes no sitting."""

from hashlib import sha256
from io import BytesIO
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import Filter

from courses.models.facts import Fact

SIZE = "max-720x720|format-webp"  # Pixels: wide enough for a phone, light enough for 3G.


class PaperPictureManager(models.Manager["PaperPicture"]):
    def copy_of(self, image: Any) -> "PaperPicture":
        """A copy of an image of the library as its file is now. It is drawn anew and never written
        to the public media folder, where a rendition would lie."""
        output = BytesIO()
        width, height = Filter(SIZE).run(image, output).get_size()
        return self.keep(output.getvalue(), width=width, height=height)

    def keep(self, content: bytes, *, width: int, height: int) -> "PaperPicture":
        """The copy of these bytes; the same picture is kept once, however many papers show it."""
        picture, _created = self.get_or_create(
            digest=sha256(content).hexdigest(),
            defaults={"content": content, "width": width, "height": height},
        )
        return picture


class PaperPicture(Fact):
    """A WebP picture by the digest under which sealed papers name it."""

    digest = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    width = models.PositiveIntegerField(help_text=_("In pixels."))
    height = models.PositiveIntegerField(help_text=_("In pixels."))

    objects = PaperPictureManager()

    def __str__(self) -> str:
        return self.digest
