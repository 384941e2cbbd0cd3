"""What allauth asks of us: its mail becomes rows of the outbox, its sign-ups become learners."""

from typing import Any, ClassVar
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.actions import queue_email
from people import actions


class AccountAdapter(DefaultAccountAdapter):
    """Mail goes through the outbox: a known and an unknown address then take equally long."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is not right. Try again."),
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        queue_email(
            key=f"account:{uuid4()}",
            to=email,
            subject=str(message.subject),
            body=str(message.body),
            now=timezone.now(),
            secret=True,
        )

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        with transaction.atomic():
            user = super().save_user(request, user, form, commit=commit)
            if commit:
                actions.register_learner(
                    user=user, full_name=form.cleaned_data["full_name"], now=timezone.now()
                )
        return user
