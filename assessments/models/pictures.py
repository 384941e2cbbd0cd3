"""Pictures as they stood on a paper: changing the one in the bank changes no sitting."""

from hashlib import sha256

from django.db import models
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact


class PaperPictureManager(models.Manager["PaperPicture"]):
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
