"""The staff door of the tests. Wagtail imports this module; each part registers itself."""

from assessments.wagtail_hooks import bank, bulk, exchange, results, rules

__all__ = ["bank", "bulk", "exchange", "results", "rules"]
