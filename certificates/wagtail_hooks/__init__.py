"""The staff door of the certificates. Wagtail imports this; each part registers itself."""

from certificates.wagtail_hooks import listing, refresher, rules, standing

__all__ = ["listing", "refresher", "rules", "standing"]
