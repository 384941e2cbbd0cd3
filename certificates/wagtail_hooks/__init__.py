"""The staff door of the certificates. Wagtail imports this; each part registers itself."""

from certificates.wagtail_hooks import (
    listing,
    menu,
    problems,
    recognised,
    refresher,
    reminders,
    rules,
    standing,
    wording,
)

__all__ = [
    "listing",
    "menu",
    "problems",
    "recognised",
    "refresher",
    "reminders",
    "rules",
    "standing",
    "wording",
]
