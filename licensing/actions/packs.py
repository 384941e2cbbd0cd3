"""Packs are made once each, and kept as they were given out."""

from datetime import date, datetime

from django.db import transaction

from licensing import perms
from licensing.committee import committee_document, holder_on
from licensing.document import Document, digest_of
from licensing.financial_year import FinancialYear
from licensing.foi import Cost, foi_document
from licensing.models import CommitteePack, FoiPack
from people.models import Authority, Learner, Licence, User
from people.perms import may_deal_with
from people.refusals import Refused


class MakingRefused(Refused):
    """``code``: ``not_allowed``, ``interest``, ``no_reason``, ``in_the_future``."""


@transaction.atomic
def make_foi_pack(
    *,
    authority: Authority,
    year: FinancialYear,
    cost: Cost | None,
    by: User,
    today: date,
    now: datetime,
) -> FoiPack:
    """Work out the figures and keep what may be published of them. A repeat makes another pack:
    each has its moment.

    Raises MakingRefused for who is no officer of the authority, or a year that has not begun.
    """
    if not perms.pack_authorities(by).filter(pk=authority.pk).exists():
        raise MakingRefused("not_allowed")
    if year.first_day > today:
        raise MakingRefused("in_the_future")
    document = foi_document(authority=authority, year=year, cost=cost, today=today, now=now)
    return FoiPack.objects.create(
        authority=authority,
        year=year.begins,
        as_at=year.as_at(today),
        made_by=by,
        made_at=now,
        **_kept(document),
    )


@transaction.atomic
def make_committee_pack(
    *,
    licence: Licence,
    as_at: date,
    known_at: datetime,
    reason: str,
    by: User,
    today: date,
    now: datetime,
) -> CommitteePack:
    """Put one driver's training together for a committee, and note who asked and why. A repeat
    makes another pack: each time somebody read about the driver.

    Raises MakingRefused for who is no officer of the authority, or has an interest in whoever held
    the licence on the day (R47); without a reason; and for a day or moment still to come.
    """
    why, holder = reason.strip(), _ensure_allowed(licence, as_at, known_at, by, today, now)
    if not why:
        raise MakingRefused("no_reason")
    document = committee_document(
        licence=licence,
        holder=holder,
        as_at=as_at,
        known_at=known_at,
        reason=why,
        by=by,
        now=now,
    )
    return CommitteePack.objects.create(
        authority=licence.authority,
        licence=licence,
        as_at=as_at,
        known_at=known_at,
        reason=why,
        made_by=by,
        made_at=now,
        **_kept(document),
    )


def _ensure_allowed(  # noqa: PLR0917  (The facts of one question, in its order.)
    licence: Licence, as_at: date, known_at: datetime, by: User, today: date, now: datetime
) -> Learner | None:
    """Whose training the pack would tell of; raises MakingRefused where it may not be made."""
    if not perms.committee_licences(by).filter(pk=licence.pk).exists():
        raise MakingRefused("not_allowed")
    if as_at > today or known_at > now:
        raise MakingRefused("in_the_future")
    holder = holder_on(licence, as_at=as_at, known_at=known_at)
    if holder is not None and not may_deal_with(by, holder):
        raise MakingRefused("interest")
    return holder


def _kept(document: Document) -> dict[str, str]:
    content = document.canonical()
    return {"content": content, "digest": digest_of(content)}
