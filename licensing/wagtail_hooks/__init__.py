"""The staff door of this room. Wagtail imports this module; each part registers itself."""

from licensing.wagtail_hooks import desk, requirements, trends, webhooks

__all__ = ["desk", "requirements", "trends", "webhooks"]
