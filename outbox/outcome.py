"""What a provider's answer can mean. There is no fourth case."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """The provider has the message; ``reference`` is its own number for it, where it gives one."""

    reference: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Refused:
    """The provider does not have it. ``everybody`` says that the others would fare no better."""

    reason: str
    permanent: bool = False
    everybody: bool = False


@dataclass(frozen=True)
class Unknown:
    """The provider may have it or not: the answer was lost, or was no answer."""

    reason: str
    everybody: bool = False


Outcome = Accepted | Refused | Unknown
