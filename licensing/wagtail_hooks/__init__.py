"""The staff door of this room. Wagtail imports this module; each part registers itself."""

from licensing.wagtail_hooks import compliance_runs, desk, packs, requirements, trends, webhooks

__all__ = ["compliance_runs", "desk", "packs", "requirements", "trends", "webhooks"]
