from typing import Any

from django.db import migrations
from django.db.migrations.state import StateApps

# The shape of a page in the tree: path, depth and address, kept by the tree library itself later.
HOME_PATH = "00010001"


def make_pages(apps: StateApps, schema_editor: Any) -> None:
    """Put our home page in the place of Wagtail's welcome page, with the list of courses below."""
    content_type = apps.get_model("contenttypes.ContentType").objects
    page = apps.get_model("wagtailcore.Page")
    locale = apps.get_model("wagtailcore.Locale").objects.first()
    apps.get_model("wagtailcore.Site").objects.all().delete()
    page.objects.filter(depth=2).delete()
    home = apps.get_model("lms.HomePage").objects.create(
        title="Driver safeguarding training",
        draft_title="Driver safeguarding training",
        slug="home",
        content_type=content_type.get_or_create(model="homepage", app_label="lms")[0],
        path=HOME_PATH,
        depth=2,
        numchild=1,
        url_path="/home/",
        locale=locale,
    )
    apps.get_model("courses.CourseIndexPage").objects.create(
        title="Courses",
        draft_title="Courses",
        slug="courses",
        content_type=content_type.get_or_create(model="courseindexpage", app_label="courses")[0],
        path=HOME_PATH + "0001",
        depth=3,
        numchild=0,
        url_path="/home/courses/",
        locale=locale,
    )
    page.objects.filter(depth=1).update(numchild=1)
    apps.get_model("wagtailcore.Site").objects.create(
        hostname="localhost", root_page=home, is_default_site=True
    )


class Migration(migrations.Migration):
    dependencies = [
        ("lms", "0001_initial"),
        ("courses", "0001_initial"),
        ("wagtailcore", "0002_initial_data"),
    ]

    operations = [migrations.RunPython(make_pages, migrations.RunPython.noop)]
