"""The staff door of the tests. Wagtail imports this module; each part registers itself."""

from assessments.wagtail_hooks import analysis, bank, bulk, conduct, desk, exchange, results, rules

__all__ = ["analysis", "bank", "bulk", "conduct", "desk", "exchange", "results", "rules"]
