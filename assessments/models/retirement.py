"""Content that is retired: out of use for good, and kept as it was."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from wagtail.locks import BaseLock


class RetiredLock(BaseLock):
    """Nobody changes it any more, whoever they are."""

    def for_user(self, user: Any) -> bool:
        return True

    def get_message(self, user: Any) -> str:
        return gettext("This question is retired, so it can no longer be changed: %(reason)s") % {
            "reason": self.object.retired_reason
        }

    def get_locked_by(self, user: Any) -> str:
        return gettext("Retired")

    def get_description(self, user: Any) -> str:
        return gettext("It is in no new test. Papers that hold it keep it.")


class Retirable(models.Model):
    """``retired_at`` and what stands beside it belong to the whole, not to one of its versions."""

    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    retired_reason = models.CharField(max_length=250, blank=True, db_default="", editable=False)

    class Meta:
        abstract = True

    def get_lock(self) -> Any:
        return RetiredLock(self) if self.retired_at else super().get_lock()  # type: ignore[misc]

    def with_content_json(self, content: Any) -> Any:
        version = super().with_content_json(content)  # type: ignore[misc]
        version.retired_at = self.retired_at
        version.retired_by = self.retired_by
        version.retired_reason = self.retired_reason
        return version
