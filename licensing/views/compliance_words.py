"""A stored answer in words and drawings: what the page and the files say of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.formats import date_format, number_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.charts import Chart, bars
from licensing.compliance import SEVERITY
from licensing.eligibility import MEETING, Status
from licensing.models import ComplianceRun, Requirement
from people.models import Licence, User

STATUSES = {
    Status.NOT_REQUIRED: gettext_lazy("Training not required"),
    Status.VALID: gettext_lazy("Valid"),
    Status.EXPIRING: gettext_lazy("Valid, can be renewed"),
    Status.IN_GRACE: gettext_lazy("Ended, in the days of grace"),
    Status.EXPIRED: gettext_lazy("Ended"),
    Status.REVOKED: gettext_lazy("Certificate revoked"),
    Status.NEVER_PASSED: gettext_lazy("Never passed"),
}
DEFINITIONS = [
    (
        gettext_lazy("Licensed"),
        gettext_lazy(
            "Licences that the register had as current or suspended on the day, within their "
            "dates. A person with two licences counts twice. For days before a licence was first "
            "entered, its first entry counts."
        ),
    ),
    (
        gettext_lazy("Trained"),
        gettext_lazy(
            "Those of them whose training was complete on the day: each requirement was valid, "
            "could be renewed, was in its days of grace, or was not required."
        ),
    ),
    (
        gettext_lazy("Status"),
        gettext_lazy(
            "Each licence counts once. Where it has several requirements, the worst one counts. "
            "Never passed is the worst, then revoked, then ended."
        ),
    ),
    (
        gettext_lazy("Day"),
        gettext_lazy("Days are London days. Training counts to the end of its last day."),
    ),
    (
        gettext_lazy("What we knew at"),
        gettext_lazy("What was recorded after this time is left out."),
    ),
]
NOTICE = gettext_lazy("Training status only. This is not a licensing decision.")


@dataclass(frozen=True)
class Line:
    """A row of a table: what is counted, how many, out of how many, and where its people are."""

    label: str
    count: int
    share: str
    status: str = ""


class RuleFigures(NamedTuple):
    """One rule in words, with its own counts."""

    rule: Requirement | None
    words: str
    lines: list[Line]


def share(part: int, whole: int) -> str:
    """To a tenth of a per cent, and never rounded up to all or down to none."""
    if not whole:
        return "–"
    tenths = round(1000 * part / whole)
    tenths = min(max(tenths, part and 1), 1000 if part == whole else 999)
    return _("%(percent)s%%") % {"percent": number_format(tenths / 10, decimal_pos=1)}


def moment(run: ComplianceRun) -> str:
    """To the second: what is recorded within a minute may differ."""
    local = localtime(run.known_at)
    return f"{date_format(local)}, {time_format(local, 'H:i:s')}"


def asker(run: ComplianceRun) -> str:
    if run.run_by is None:
        return _("A command on the server")
    return staff_name(run.run_by)


def staff_name(user: User) -> str:
    return user.get_full_name() or user.email


def headline(run: ComplianceRun) -> str:
    numbers = {"part": run.numerator, "whole": run.denominator}
    return _("%(part)s of %(whole)s trained") % numbers


def status_lines(run: ComplianceRun) -> list[Line]:
    """The worst status last, as everywhere."""
    return _lines(run.counts, run.denominator)


def kind_lines(run: ComplianceRun) -> list[Line]:
    words = dict(Licence.Kind.choices)
    lines = []
    for kind, of_kind in sorted(run.kinds.items()):
        part, whole = of_kind["numerator"], of_kind["denominator"]
        label = _("%(kind)s: %(whole)s licensed") % {"kind": words[kind], "whole": whole}
        lines.append(Line(label, part, share(part, whole)))
    return lines


def rule_figures(run: ComplianceRun) -> list[RuleFigures]:
    """Each rule that was in force, in words, with what became of it."""
    rules = Requirement.objects.select_related("authority", "course").in_bulk(run.rule_keys())
    return [
        RuleFigures(
            rule := rules.get(one["rule_id"]),
            _rule_in_words(rule) if rule else one["code"],
            _lines(one["counts"], sum(one["counts"].values())),
        )
        for one in run.requirements
    ]


def chart(run: ComplianceRun) -> Chart:
    """One bar for each status; its length is the part of all licences."""
    lines = status_lines(run)
    counts = [
        [("solid" if Status(line.status) in MEETING else "lines", line.count)] for line in lines
    ]
    told = "; ".join(f"{line.label}: {line.count}" for line in lines)
    text = _("Of %(whole)s licences: %(told)s.") % {"whole": run.denominator, "told": told}
    return Chart(
        id="statuses",
        title=_("Licences by status"),
        text=text,
        bars=bars([f"{line.label}: {line.count}" for line in lines], counts, run.denominator),
        legend=[("solid", _("Counts as trained")), ("lines", _("Does not"))],
    )


def about(run: ComplianceRun) -> Iterator[tuple[str, str]]:
    """What a file says of itself: whose figures, of which day, known when, and with which proof."""
    yield _("Council"), f"{run.authority.name} ({run.authority.code})"
    yield _("Day"), run.as_at.isoformat()
    yield _("What we knew at"), run.known_at.isoformat()
    yield _("Asked on"), run.run_at.isoformat()
    yield _("Asked by"), asker(run)
    yield _("What it is for"), run.purpose
    yield _("Licensed"), str(run.denominator)
    yield _("Trained"), str(run.numerator)
    for line in status_lines(run):
        yield _("Status: %(status)s") % {"status": line.label}, str(line.count)
    for figures in rule_figures(run):
        yield _("Rule"), figures.words
    for term, meaning in DEFINITIONS:
        yield _("Meaning of %(term)s") % {"term": term}, str(meaning)
    yield _("Version of the meanings"), run.definitions_version
    yield _("Digest of what was counted"), run.digest
    yield _("Digest of the answer"), run.answer_digest
    yield _("Note"), str(NOTICE)


def _lines(counts: dict[str, int], whole: int) -> list[Line]:
    return [
        Line(str(STATUSES[status]), counts[status], share(counts[status], whole), status)
        for status in SEVERITY
    ]


def _rule_in_words(rule: Requirement) -> str:
    grace = ngettext("%(days)s day of grace", "%(days)s days of grace", rule.grace_days)
    parts = {
        "code": rule.code,
        "course": rule.course.title,
        "kinds": rule.get_licence_kinds_display() or _("no kind of licence"),
        "whom": rule.get_applies_to_display(),
        "day": date_format(rule.effective_from),
        "grace": grace % {"days": rule.grace_days},
        "whose": rule.authority.name if rule.authority else _("national rule"),
    }
    words = _("%(code)s: %(course)s, for %(kinds)s, %(whom)s, from %(day)s, %(grace)s, %(whose)s")
    if rule.due_by is None:
        return words % parts
    return f"{words % parts}, {_('to be done by %(day)s') % {'day': date_format(rule.due_by)}}"
