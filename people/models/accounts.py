"""Accounts and the staff roles they hold."""

from datetime import datetime
from typing import Any, ClassVar, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """An account; the address is stored in lower case so that one person has one account."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


# When an account was closed or opened, and nothing else of it.
@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange("is_active")),
    fields=["is_active"],
)
class User(AbstractUser):
    """Somebody who can sign in, by e-mail address. Learner and Membership say what they are."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("email address"), unique=True)
    language = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        choices=settings.LANGUAGES,
        help_text=_("The language of pages and messages. Empty: whatever the browser asks for."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("An account with this email address already exists."),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def message_language(self) -> str:
        """The language to write to the person in."""
        return self.language or settings.LANGUAGE_CODE


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user: Any) -> Self:
        return self.filter(user=user.pk)


@pghistory.track()
class Membership(models.Model):
    """A staff role of one person at one authority. Ended, never deleted."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Trainer who writes lessons and questions")
        REVIEWER = "reviewer", _("Safeguarding reviewer who approves them")
        OFFICER = "officer", _("Licensing officer")
        AUDITOR = "auditor", _("Auditor who may only read")
        COUNCILLOR = "councillor", _("Councillor, who sees no person's case")

    # A councillor has the role and no door: nothing of the staff site opens to them (R48).
    STAFF_SITE = (Role.AUTHOR, Role.REVIEWER, Role.OFFICER, Role.AUDITOR)

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    authority = models.ForeignKey(
        "people.Authority", on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "authority", "role"],
                condition=Q(ended_at=None),
                name="one_current_membership_per_role",
                violation_error_message=_("This person holds that role already."),
            ),
            models.CheckConstraint(
                name="membership_ended_at_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Say both when a role ended and who ended it."),
            ),
            models.CheckConstraint(
                name="membership_not_granted_to_oneself",
                condition=Q(granted_by=None) | ~Q(granted_by=F("user")),
                violation_error_message=_("Nobody may grant a role to themselves."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="membership_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    def end(self, *, by: User, now: datetime) -> None:
        self.ended_at, self.ended_by = now, by
        self.save(update_fields=["ended_at", "ended_by"])
