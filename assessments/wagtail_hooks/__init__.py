"""The staff door of the tests. Wagtail imports this module; each part registers itself."""

from assessments.wagtail_hooks import bank, exchange, rules

__all__ = ["bank", "exchange", "rules"]
