"""The staff door of this room. Wagtail imports this module; each part registers itself."""

from licensing.wagtail_hooks import (
    checkers,
    compliance_runs,
    desk,
    merging,
    packs,
    requirements,
    trends,
    webhooks,
)

__all__ = [
    "checkers",
    "compliance_runs",
    "desk",
    "merging",
    "packs",
    "requirements",
    "trends",
    "webhooks",
]
