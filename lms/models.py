"""The home page at the root of the site."""

from typing import ClassVar

from wagtail.models import Page


class HomePage(Page):
    """What this service is, with the two ways in."""

    max_count = 1
    template = "lms/home.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["courses.CourseIndexPage"]
