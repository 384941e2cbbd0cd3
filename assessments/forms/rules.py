"""The form in which a test rule is proposed."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from assessments import perms
from assessments.models import TestRule, Topic
from courses.models import CoursePage


class TestRuleForm(WagtailAdminModelForm):
    """A proposed rule, with two boxes for each topic; an empty first box leaves the topic out."""

    __test__ = False

    class Meta:
        model = TestRule
        fields = [
            "course",
            "authority",
            "effective_from",
            "reason",
            "pass_mark",
            "time_limit_minutes",
            "tries",
            "waits",
            "language",
        ]
        labels = {
            "course": _("Course"),
            "authority": _("Council"),
            "effective_from": _("In force from"),
            "reason": _("Reason"),
            "pass_mark": _("Pass mark, in per cent"),
            "time_limit_minutes": _("Time limit, in minutes"),
            "tries": _("Tries"),
            "waits": _("Waits after a fail"),
            "language": _("Language of the questions"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A draft's title is its authors' alone; a rule for a course can wait until it is live.
        self.fields["course"].queryset = CoursePage.objects.original().live()
        authority = self.fields["authority"]
        authority.queryset = perms.rule_authorities(self.for_user)
        authority.required = not self.for_user.is_superuser
        self.topics = list(Topic.objects.all())
        for topic in self.topics:
            self.fields[f"questions_{topic.pk}"] = forms.IntegerField(
                label=_("%(topic)s: questions to draw") % {"topic": topic.title},
                min_value=1,
                required=False,
            )
            self.fields[f"minimum_{topic.pk}"] = forms.IntegerField(
                label=_("%(topic)s: how many must be right") % {"topic": topic.title},
                min_value=0,
                required=False,
                help_text=_("Whatever the total. Empty: no minimum."),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        blueprint = self.blueprint(cleaned)
        if not blueprint:
            self.add_error(None, _("Say for at least one topic how many questions to draw."))
        for topic, (questions, minimum) in blueprint.items():
            if minimum > questions:
                self.add_error(f"minimum_{topic.pk}", _("No more can be right than are drawn."))
        return cleaned

    def blueprint(self, cleaned: Mapping[str, Any]) -> dict[Topic, tuple[int, int]]:
        """Topic to how many questions are drawn, and how many of them must be right."""
        return {
            topic: (cleaned[f"questions_{topic.pk}"], cleaned.get(f"minimum_{topic.pk}") or 0)
            for topic in self.topics
            if cleaned.get(f"questions_{topic.pk}")
        }
