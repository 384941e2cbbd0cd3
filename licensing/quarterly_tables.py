"""The pack of a quarter as tables of words: the page, the PDF and the files show the same. Pure.

Plain English whatever the language of the request: the pack goes to other bodies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

HEADING = "Quarterly pack for the exploitation-risk review"
HIDDEN = "hidden"
NOTICE = (
    "Training status only. Nothing here is a licensing decision, and nobody is named. Numbers from"
    " 1 to 4 are hidden, and with them as many others as it takes that nobody can work them out."
)
MEASURES = {
    "results": ("Tests passed", "Tests not passed"),
    "first_tries": ("Passed at the first try", "Not passed at the first try"),
    "certificates": ("Certificates issued", "Certificates revoked"),
    "cases": ("Cases where the rules of the test were broken (proven)",),
}
ALERTS = {
    "results": "Pass rate",
    "first_tries": "First-try pass rate",
    "cases": "Cases proven",
    "certificates": "Certificates revoked",
}
SPLITS = {
    "provider": "Training provider",
    "site": "Where the test was taken",
    "operator": "Operator",
    "cohort": "Group",
}
SITES = {
    "online": "On the person's own device",
    "counter": "At a counter",
    "trainer": "With a trainer",
    "held": "Held by staff elsewhere",
    "elsewhere": "Not tested here",
}
NOTHING = {
    "provider": "Our own course and test",
    "operator": "No operator in the register",
    "cohort": "In no group",
}
SOURCES = {
    "councillor": "Councillor",
    "operator": "Operator",
    "public": "Member of the public",
    "police": "Police",
    "carer": "Parent or carer",
    "other": "Somebody else",
}
COMPLIANCE = {
    "licensed": "Licensed drivers",
    "met": "Training met",
    "not_met": "Training not met",
    "lapsed": "Of these: lapsed",
    "never": "Of these: never trained",
    "revoked": "Of these: certificate revoked",
}
Content = Mapping[str, Any]


@dataclass(frozen=True)
class PackTable:
    """``name`` is that of its file."""

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def title(content: Content) -> str:
    quarter = content["quarter"]
    return f"{content['authority']['name']}, {_day(quarter['first'])} to {_day(quarter['last'])}"


def tables(content: Content) -> list[PackTable]:
    """Everything in the pack, in the order of its pages."""
    return [
        _compliance(content),
        _trends(content["trends"]),
        *(_split(split) for split in content["splits"]),
        _alerts(content["alerts"]),
        _contacts(content["contacts"]),
        _rules(content),
        PackTable(
            "definitions",
            "What the words mean",
            ("Word", "Meaning"),
            tuple((_word(name), text) for name, text in content["definitions"].items()),
        ),
    ]


def facts(content: Content, *, digest: str) -> dict[str, Any]:
    """For the typesetter: plain values alone."""
    return {
        "heading": HEADING,
        "title": title(content),
        "known": f"As known on {_moment(content['known_at'])}.",
        "digest": f"SHA-256 of the figures: {digest}",
        "notice": NOTICE,
        "tables": [asdict(table) for table in tables(content)],
    }


def _compliance(content: Content) -> PackTable:
    start, end = content["start"], content["end"]
    headings = ("Figure", f"On {_day(start['as_at'])}", f"On {_day(end['as_at'])}", "Change")
    rows = tuple(
        (label, _count(start[name]), _count(end[name]), _change(start[name], end[name]))
        for name, label in COMPLIANCE.items()
    )
    share = ("Share met", _share(start), _share(end), "")
    return PackTable("compliance", "Was training met?", headings, (*rows, share))


def _trends(trends: Sequence[Content]) -> PackTable:
    rows = tuple(
        (label, _count(before), _count(now), _change(before, now))
        for trend in trends
        for label, before, now in zip(
            MEASURES[trend["measure"]], trend["before"], trend["now"], strict=False
        )
    )
    headings = ("Figure", "Quarter before", "This quarter", "Change")
    return PackTable("trends", "What happened, and the change", headings, rows)


def _split(split: Content) -> PackTable:
    by, names = SPLITS[split["split"]], MEASURES[split["measure"]]
    rows = tuple(
        (_value(split["split"], value), *map(_count, counts)) for value, *counts in split["rows"]
    )
    return PackTable(f"by-{split['split']}", f"This quarter, by: {by}", (by, *names), rows)


def _alerts(alerts: Sequence[Content]) -> PackTable:
    headings = ("Week from", "What changed", "Where", "That week", "12 weeks before", "Looked into")
    return PackTable("alerts", "Alerts on a change", headings, tuple(map(_alert, alerts)))


def _contacts(contacts: Sequence[Content]) -> PackTable:
    headings = ("Who spoke to the council", "Did not ask for this", "Asked to change a decision")
    rows = tuple(
        (SOURCES[contact["source"]], *map(_count, contact["counts"])) for contact in contacts
    )
    return PackTable("contacts", "Contacts about drivers", headings, rows)


def _alert(alert: Content) -> tuple[str, ...]:
    now_part, now_whole, before_part, before_whole = alert["figures"]
    where = "The whole council"
    if split := alert["split"]:
        where = f"{SPLITS[split]}: {_value(split, alert['value'])}"
    return (
        _day(alert["week_from"]),
        ALERTS[alert["measure"]],
        where,
        _of(now_part, now_whole),
        _of(before_part, before_whole),
        "yes" if alert["looked_into"] else "not yet",
    )


def _rules(content: Content) -> PackTable:
    rows = [
        (
            f"Requirement {rule['requirement']}, on {_day(content[when]['as_at'])}",
            _terms(rule),
        )
        for when in ("start", "end")
        for rule in content[when]["requirements"]
    ]
    rows += [
        ("Rule for alerts", f"version {content['alert_rule']}"),
        ("Form of this pack", f"version {content['format']}"),
    ]
    return PackTable("rules", "By which rules", ("Rule", "Version"), tuple(rows))


def _terms(rule: Content) -> str:
    since, grace = _day(rule["effective_from"]), rule["grace_days"]
    return f"number {rule['rule']}, from {since}, {grace} days of grace"


def lines(table: PackTable) -> Iterator[tuple[str, ...]]:
    """For a file: the headings first."""
    yield table.headings
    yield from table.rows


def _value(split: str, value: str) -> str:
    return SITES[value] if split == "site" else value or NOTHING[split]


def _word(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _count(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


def _of(part: int | None, whole: int | None) -> str:
    return f"{_count(part)} of {_count(whole)}" if whole else _count(part)


def _change(before: int | None, now: int | None) -> str:
    if before is None or now is None:
        return "–"
    return f"{now - before:+,}" if now != before else "none"


def _share(figures: Content) -> str:
    if not figures["licensed"] or figures["met"] is None:
        return "–"
    return f"{100 * figures['met'] / figures['licensed']:.1f}%"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y at %H:%M} UTC"
