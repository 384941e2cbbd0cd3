"""What the editor of a lesson is told while writing."""

from typing import Any

from wagtail.admin.panels import Panel

from courses.reading import HIGHEST_AGE, reading_age


class ReadingAgePanel(Panel):
    """The reading age of the lesson as it was last saved, with a warning above age 11 (R16)."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "courses/admin/reading_age.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            age = reading_age(self.instance.reading_matter()) if self.instance.pk else None
            return {
                **super().get_context_data(parent_context),
                "age": age,
                "highest": HIGHEST_AGE,
                "too_hard": age is not None and age > HIGHEST_AGE,
            }
