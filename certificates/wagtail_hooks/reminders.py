"""The staff door of reminders: who was not reached, letters, texts and the proof of notice."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from certificates.views import letters, reminder_texts, reminding
from people import perms as people


@hooks.register("register_admin_urls")
def reminder_urls() -> list[URLPattern]:
    return [
        path("reminders/", reminding.UndeliveredView.as_view(), name="undelivered_reminders"),
        path("reminders/unreached/", reminding.UnreachedView.as_view(), name="unreached_people"),
        path("reminders/people/", reminding.FindNoticesView.as_view(), name="find_notices"),
        path("reminders/people/<int:pk>/", reminding.NoticesView.as_view(), name="notices"),
        path(
            "reminders/people/<int:pk>/file/",
            reminding.NoticesFileView.as_view(),
            name="notices_pdf",
        ),
        path("reminders/letters/", letters.LettersView.as_view(), name="reminder_letters"),
        path("reminders/letters/<uuid:pk>/", letters.BatchView.as_view(), name="letter_batch"),
        path(
            "reminders/letters/<uuid:pk>/print/",
            letters.PrintBatchView.as_view(),
            name="print_letters",
        ),
        path(
            "reminders/letters/<uuid:pk>/table/",
            letters.BatchTableView.as_view(),
            name="letter_table",
        ),
        path("reminders/texts/", reminder_texts.ReminderTextsView.as_view(), name="reminder_texts"),
        path(
            "reminders/texts/new/",
            reminder_texts.WriteTextView.as_view(),
            name="write_reminder_text",
        ),
        path(
            "reminders/texts/<int:pk>/",
            reminder_texts.WriteTextView.as_view(),
            name="change_reminder_text",
        ),
    ]


class RemindersMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_certificates_menu_item")
def reminders_menu_item() -> MenuItem:
    return RemindersMenuItem(
        _("Reminders"), reverse("undelivered_reminders"), icon_name="mail", order=270
    )
