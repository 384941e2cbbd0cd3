"""The forms in which a test rule is begun and proposed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments import perms, waiting
from assessments.fairness import most, spread
from assessments.marking import required_count
from assessments.models import TestRule, Topic
from assessments.presets import PRESETS, Preset
from courses.models import CoursePage
from people.forms import DatedRuleForm

WAITS = 6
UNITS = (("H", _("hours")), ("D", _("days")), ("M", _("calendar months")))
MOST_OF_A_UNIT = 999
NO_MORE_RIGHT = _("No more can be right than are drawn.")


class RuleStartForm(forms.Form):
    """Which course a new rule is for, and with what the form is filled in at first."""

    course = forms.ModelChoiceField(CoursePage.objects.none(), label=_("Course"))
    start = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        label=_("Begin with"),
        help_text=_(
            "Three examples show what rules can look like. The councils do not exist. You can "
            "change everything before you propose the rule."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = perms.rule_courses()  # type: ignore[attr-defined]
        self.fields["start"].choices = [  # type: ignore[attr-defined]
            ("", _("An empty form")),
            *((key, _in_short(preset)) for key, preset in PRESETS.items()),
        ]


def _in_short(preset: Preset) -> str:
    in_short: str = _("%(name)s: %(questions)s questions, pass mark %(mark)s%%") % {
        "name": preset.name,
        "questions": preset.questions,
        "mark": preset.pass_mark,
    }
    return in_short


class WaitWidget(forms.MultiWidget):
    """An amount and its unit; both say to a screen reader which wait they are of."""

    def __init__(self, label: str) -> None:
        amount = forms.NumberInput({"aria-label": label, "min": 1, "max": MOST_OF_A_UNIT})
        unit = forms.Select({"aria-label": _("Unit")}, choices=UNITS)
        super().__init__({"amount": amount, "unit": unit})

    def decompress(self, value: str | None) -> list[Any]:
        return list(waiting.parse(value)) if value else [None, "D"]


class WaitField(forms.MultiValueField):
    """One wait, as the rule writes it. Without an amount there is none, whatever the unit."""

    def __init__(self, label: str) -> None:
        amount = forms.IntegerField(min_value=1, max_value=MOST_OF_A_UNIT, required=False)
        unit = forms.ChoiceField(choices=UNITS)
        super().__init__(
            (amount, unit),
            label=label,
            required=False,
            require_all_fields=False,
            widget=WaitWidget(label),
        )

    def compress(self, data_list: list[Any]) -> str:
        amount, unit = data_list or (None, "")
        return waiting.written(waiting.Wait(amount, unit)) if amount else ""


class Section(NamedTuple):
    """Fields that belong together under a heading."""

    heading: str | Promise
    fields: list[BoundField]
    advice: str | Promise = ""


class Place(NamedTuple):
    """One row of the blueprint: ``most`` is how many questions can be drawn fairly."""

    topic: Topic
    available: int
    most: int
    questions: BoundField
    minimum: BoundField


class TestRuleForm(DatedRuleForm):
    """A rule for one course: two boxes for each of its topics, of which an empty first one leaves
    the topic out, and a row for each wait."""

    __test__ = False

    class Meta:
        model = TestRule
        fields = [
            "language",
            "pass_mark",
            "critical_must_be_right",
            "time_limit_minutes",
            "extension_minutes",
            "tries",
            "restudy_topics",
            "lessons_again_after",
            "when_spent",
            "resit_days",
            "start_code_required",
            "authority",
            "effective_from",
            "reason",
        ]
        widgets = {"when_spent": forms.RadioSelect}
        labels = {
            "language": _("Language of the questions"),
            "pass_mark": _("Pass mark, in per cent"),
            "critical_must_be_right": _("Must-get-right questions decide"),
            "time_limit_minutes": _("Time limit, in minutes"),
            "extension_minutes": _("More time on asking, in minutes"),
            "tries": _("Tries"),
            "restudy_topics": _("Missed topics first"),
            "lessons_again_after": _("All lessons again, after how many fails"),
            "when_spent": _("When all tries are used"),
            "resit_days": _("Passed topics stay passed, in days"),
            "start_code_required": _("Code to start"),
            "authority": _("Council"),
            "effective_from": _("In force from"),
            "reason": _("Reason"),
        }
        help_texts = {
            "language": _("Only questions in this language are drawn. Drivers are told before."),
            "pass_mark": _(
                "How many of all questions must be right. 100 means every one. With 100 the "
                "minimums and the next box change nothing."
            ),
            "resit_days": _(
                "For so many days only the topics that were missed are asked again, with new "
                "questions. Empty: always the whole paper."
            ),
            "start_code_required": _("A trainer or officer hands out a code for each start."),
            "authority": "",
            "effective_from": _(
                "Today or later. Tests that are open on that day end under the rule they began "
                "with."
            ),
            "reason": _("Why the rule is as it is. For example, which committee decided it."),
        }

    def __init__(self, *args: Any, course: CoursePage, **kwargs: Any) -> None:
        super().__init__(*args, instance=TestRule(course=course), **kwargs)
        self.topics = list(perms.rule_topics(course))
        for topic in self.topics:
            self.fields[f"questions_{topic.pk}"] = _box(_("Questions to draw"), topic, 1)
            self.fields[f"minimum_{topic.pk}"] = _box(_("How many must be right"), topic, 0)
        for number in range(1, WAITS + 1):
            label = _("Wait after fail %(number)s") % {"number": number}
            self.fields[f"wait_{number}"] = WaitField(str(label))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        blueprint = self.blueprint(cleaned)
        if not blueprint:
            self.add_error(None, _("Say for at least one topic how many questions to draw."))
        for topic in self.topics:
            questions, minimum = blueprint.get(topic, (0, 0))
            if max(minimum, cleaned.get(f"minimum_{topic.pk}") or 0) > questions:
                self.add_error(f"minimum_{topic.pk}", NO_MORE_RIGHT)
        self._clean_waits(cleaned)
        self._clean_together(cleaned)
        return cleaned

    def _clean_waits(self, cleaned: Mapping[str, Any]) -> None:
        """The rows from the first one on; a gap would leave open what it means."""
        rows = [cleaned.get(f"wait_{number}") or "" for number in range(1, WAITS + 1)]
        last = max((number for number, row in enumerate(rows, start=1) if row), default=0)
        for number, row in enumerate(rows[:last], start=1):
            if not row and not self.has_error(f"wait_{number}"):
                self.add_error(
                    f"wait_{number}", _("Fill in this wait, or empty the ones below it.")
                )
        self.instance.waits = rows[:last]

    def _clean_together(self, cleaned: Mapping[str, Any]) -> None:
        """What the database refuses, too, told beside the box in which it can be mended."""
        if cleaned.get("extension_minutes") and not cleaned.get("time_limit_minutes"):
            self.add_error("extension_minutes", _("Only a test with a time limit can be extended."))
        relearn = cleaned.get("when_spent") == TestRule.WhenSpent.RELEARN
        if relearn and not cleaned.get("tries") and not self.has_error("tries"):
            self.add_error("tries", _("Say how many tries there are before the lessons."))

    def blueprint(self, cleaned: Mapping[str, Any]) -> dict[Topic, tuple[int, int]]:
        """Topic to how many questions are drawn, and how many of them must be right."""
        return {
            topic: (cleaned[f"questions_{topic.pk}"], cleaned.get(f"minimum_{topic.pk}") or 0)
            for topic in self.topics
            if cleaned.get(f"questions_{topic.pk}")
        }

    def sections(self) -> list[Section]:
        """What follows the topics, under the headings of the page."""
        waits = [f"wait_{number}" for number in range(1, WAITS + 1)]
        after = ["restudy_topics", "lessons_again_after", "when_spent", "resit_days"]
        return [
            self._section(_("What passes"), "pass_mark", "critical_must_be_right"),
            self._section(_("Time"), "time_limit_minutes", "extension_minutes"),
            self._section(
                _("Tries and waits"),
                *("tries", *waits, *after),
                advice=_(
                    "Fill in as many waits as you need, from the first one on. The last one goes "
                    "on for every later fail. No wait at all: people can try again at once. "
                    "Hours pass as they are. After days or months it is the same time of day."
                ),
            ),
            self._section(_("Where it is taken"), "start_code_required"),
            self._section(_("Whose rule, from when and why"), "authority", *DATED),
        ]

    def _section(self, heading: str | Promise, *names: str, advice: str | Promise = "") -> Section:
        return Section(heading, [self[name] for name in names], advice)

    def places(self) -> list[Place]:
        """The rows of the blueprint, counted for the language and mark that were chosen last."""
        rule = TestRule(
            language=self["language"].value() or self.instance.language,
            pass_mark=self.cleaned_data.get("pass_mark", 100) if self.is_bound else 100,
        )
        return [
            Place(
                topic,
                draw.available,
                most(draw.available),
                self[f"questions_{topic.pk}"],
                self[f"minimum_{topic.pk}"],
            )
            for topic, draw in zip(
                self.topics, rule.draws(dict.fromkeys(self.topics, 0)), strict=True
            )
        ]


DATED = ("effective_from", "reason")


def _box(label: str | Promise, topic: Topic, least: int) -> forms.IntegerField:
    named = f"{topic.title}: {label}"
    return forms.IntegerField(label=named, min_value=least, required=False)


def like_preset(preset: Preset, topics: Mapping[int, int]) -> dict[str, Any]:
    """What a preset fills in. ``topics``: how many questions of each can be drawn."""
    blueprint = {
        topic: (questions, required_count(preset.minimum_mark, questions))
        for topic, questions in spread(preset.questions, topics).items()
    }
    terms = {"pass_mark": preset.pass_mark, **preset.terms}
    return {**terms, **_boxes(blueprint), **_waits(preset.waits)}


def like_rule(rule: TestRule) -> dict[str, Any]:
    """What an earlier rule fills in: all but its day and its reason."""
    names = [name for name in TestRuleForm.Meta.fields if name not in DATED]
    blueprint = {place.topic_id: (place.questions, place.minimum) for place in rule.blueprint.all()}
    terms = {name: getattr(rule, name) for name in names}
    return {**terms, **_boxes(blueprint), **_waits(rule.waits)}


def _boxes(blueprint: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    boxes: dict[str, Any] = {}
    for topic, (questions, minimum) in blueprint.items():
        boxes |= {f"questions_{topic}": questions, f"minimum_{topic}": minimum or None}
    return boxes


def _waits(waits: tuple[str, ...] | list[str]) -> dict[str, Any]:
    return {f"wait_{number}": wait for number, wait in enumerate(waits, start=1)}
