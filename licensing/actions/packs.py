"""Packs are made once each, and kept as they were given out."""

from datetime import date, datetime

from django.db import transaction

from licensing import perms
from licensing.committee import committee_document, holder_on
from licensing.document import Document, digest_of
from licensing.financial_year import FinancialYear
from licensing.foi import Cost, foi_document
from licensing.models import CommitteePack, FoiPack
from people.models import Authority, Licence, User
from people.perms import may_deal_with


class PackRefused(Exception):
    """``code``: ``not_allowed``, ``interest``, ``no_reason``, ``in_the_future``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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

    Raises PackRefused for who is no officer of the authority, or a year that has not begun.
    """
    if not perms.pack_authorities(by).filter(pk=authority.pk).exists():
        raise PackRefused("not_allowed")
    if year.first_day > today:
        raise PackRefused("in_the_future")
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

    Raises PackRefused for who is no officer of the authority, or has an interest in whoever held
    the licence on the day (R47); without a reason; and for a day or moment still to come.
    """
    if not perms.committee_licences(by).filter(pk=licence.pk).exists():
        raise PackRefused("not_allowed")
    if as_at > today or known_at > now:
        raise PackRefused("in_the_future")
    if not reason.strip():
        raise PackRefused("no_reason")
    holder = holder_on(licence, as_at=as_at, known_at=known_at)
    if holder is not None and not may_deal_with(by, holder):
        raise PackRefused("interest")
    document = committee_document(
        licence=licence,
        holder=holder,
        as_at=as_at,
        known_at=known_at,
        reason=reason.strip(),
        by=by,
        now=now,
    )
    return CommitteePack.objects.create(
        authority=licence.authority,
        licence=licence,
        as_at=as_at,
        known_at=known_at,
        reason=reason.strip(),
        made_by=by,
        made_at=now,
        **_kept(document),
    )


def _kept(document: Document) -> dict[str, str]:
    content = document.canonical()
    return {"content": content, "digest": digest_of(content)}
