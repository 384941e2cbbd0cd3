"""The staff door of this room. Wagtail imports this module; each part registers itself."""

from licensing.wagtail_hooks import acceptance, requirements, webhooks

__all__ = ["acceptance", "requirements", "webhooks"]
