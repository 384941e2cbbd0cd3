"""The words of a lesson, as a reader is shown them."""

from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from wagtail.rich_text import RichText

register = template.Library()


@register.simple_tag(takes_context=True)
def explained(context: Context, text: Any) -> SafeString:
    """Rich or plain text. On a page with a word list, its hard words can be tapped (R16)."""
    html = str(text) if isinstance(text, RichText) else conditional_escape(text)
    glossary = context.get("glossary")
    return SafeString(glossary.mark(html) if glossary else html)
