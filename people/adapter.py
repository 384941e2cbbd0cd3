"""What allauth asks of us: its mail becomes rows of the outbox, its sign-ups become learners."""

from typing import Any, ClassVar
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from outbox.actions import queue_email
from people import actions
from people.models import Learner, User
from people.register.merging import shortened


class AccountAdapter(DefaultAccountAdapter):
    """Mail goes through the outbox: a known and an unknown address then take equally long."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is not right. Try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        with translation.override(self._language(email)):
            message = self.render_mail(template_prefix, email, {"email": email, **context})
        queue_email(
            key=f"account:{uuid4()}",
            to=email,
            subject=str(message.subject),
            body=str(message.body),
            now=timezone.now(),
            secret=True,
        )

    def _language(self, email: str) -> str:
        """The reader's own; while they have chosen none, that of the page that made us write."""
        known = User.objects.filter(email=email.lower()).values_list("language", flat=True).first()
        return known or translation.get_language() or settings.LANGUAGE_CODE

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
            user.language = translation.get_language()  # Chosen, not only asked for by a browser.
        with transaction.atomic():
            user = super().save_user(request, user, form, commit=commit)
            if commit:
                actions.register_learner(
                    user=user,
                    full_name=form.cleaned_data["full_name"],
                    audience=form.cleaned_data["audience"],
                    now=timezone.now(),
                )
        return user

    def respond_user_inactive(self, request: Any, user: Any) -> Any:
        """Whoever has another account since two records were merged is told so."""
        found = Learner.objects.filter(user=user, succeeded_by__user__isnull=False)
        learner = found.select_related("succeeded_by__user").first()
        if learner is None or learner.succeeded_by is None:
            return super().respond_user_inactive(request, user)
        context = {"account": shortened(learner.succeeded_by.account.email)}
        return render(request, "people/merged_account.html", context, status=403)
