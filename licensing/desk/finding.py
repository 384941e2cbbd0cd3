"""Finding a driver by what an officer has at hand: a number, a reference, an address or a name.

Numbers, references and addresses of accounts are found through their indexes. A name is looked for
among the licences of the reader's own authorities alone, which bounds the work: every word that was
typed is in it, in any order, whatever its accents.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField

from certificates.models import Certificate
from certificates.reference import is_wellformed, normalise
from licensing import perms
from people.matching import SPELT_ALIKE, folded
from people.models import Learner, Licence, LicenceQuerySet, User
from people.models.register import normalise_number

SHORTEST, LONGEST = 2, 100  # Letters; one alone is in nearly every name.
SIGNS = "-‐‑–—.,/_"
NO_LETTERS = "'’‘`´ʼ"


class Folded(Func):
    """The column as ``people.matching.folded`` spells it, but for titles and the order of words.

    Most names are written in plain letters, and cost no more than to be put in small ones.
    """

    function = None
    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        column, parameters = compiler.compile(self.source_expressions[0])
        longer = {letter: words for letter, words in SPELT_ALIKE.items() if len(words) > 1}
        single = {letter: word for letter, word in SPELT_ALIKE.items() if len(word) == 1}
        plain = f"translate(lower({column}), %s, %s)"
        told = [SIGNS + NO_LETTERS, " " * len(SIGNS)]
        marked = f"regexp_replace(normalize(lower({column}), NFKD), '[\\u0300-\\u036f]', '', 'g')"
        from_, to = "".join(single) + told[0], "".join(single.values()) + told[1]
        marked = f"translate({marked}, %s, %s)"
        arguments: list[Any] = [from_, to]
        for letter, words in longer.items():
            marked, arguments = f"replace({marked}, %s, %s)", [*arguments, letter, words]
        sql = f"CASE WHEN octet_length({column}) = length({column}) THEN {plain} ELSE {marked} END"
        every = [*parameters, *parameters, *parameters, *told, *parameters, *arguments]
        return sql, every


@dataclass(frozen=True)
class Found:
    """Some licences, whether there are more, and a certificate whose holder has none here."""

    licences: list[Licence] = field(default_factory=list)
    more: bool = False
    certificate: Certificate | None = None


def find(reader: User, typed: str, *, authorities: Any, limit: int, offset: int = 0) -> Found:
    """The drivers of ``authorities`` that what was typed may mean, those whom the reader may read
    about."""
    typed = " ".join(typed.split())[:LONGEST]
    readable = perms.readable_licences(reader).filter(authority__in=authorities)
    if "@" in typed:
        return _some(_addressed(readable, typed.lower()), limit, offset)
    if is_wellformed(normalise(typed)):
        return _certified(readable, reader, normalise(typed), limit)
    numbered = readable.filter(number=normalise_number(typed))
    if numbered.exists():
        return _some(numbered, limit, offset)
    words = folded(typed).split()
    if sum(map(len, words)) < SHORTEST:
        return Found()
    named: Any = readable.annotate(plain=Folded(F("full_name")))
    for word in words:
        named = named.filter(plain__contains=word)
    return _some(named, limit, offset)


def _addressed(readable: LicenceQuerySet, address: str) -> QuerySet[Licence]:
    """By the address of the account, or by the one that the register has."""
    people = Learner.objects.filter(user__email=address)
    return readable.filter(Q(holder__in=people.values("pk")) | Q(email__iexact=address))


def _certified(readable: LicenceQuerySet, reader: User, reference: str, limit: int) -> Found:
    visible = Certificate.objects.visible_to(reader).select_related("learner")
    certificate = visible.filter(reference=reference).first()
    if certificate is None:
        return Found()
    holders = {certificate.learner_id, certificate.learner.succeeded_by_id} - {None}
    licences = list(_shown(readable.filter(holder__in=holders))[:limit])
    return Found(licences, certificate=None if licences else certificate)


def _shown(licences: QuerySet[Licence]) -> QuerySet[Licence]:
    return licences.select_related("authority").order_by("full_name", "pk")


def _some(licences: QuerySet[Licence], limit: int, offset: int) -> Found:
    found = list(_shown(licences)[offset : offset + limit + 1])
    return Found(found[:limit], more=len(found) > limit)
