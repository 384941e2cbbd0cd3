"""The staff door of this room. Wagtail imports this module; each part registers itself."""

from licensing.wagtail_hooks import (
    acceptance,
    checkers,
    compliance_runs,
    desk,
    merging,
    packs,
    rechecks,
    requirements,
    trends,
    webhooks,
)

__all__ = [
    "acceptance",
    "checkers",
    "compliance_runs",
    "desk",
    "merging",
    "packs",
    "rechecks",
    "requirements",
    "trends",
    "webhooks",
]
