"""The service worker: what the site's pages may do without a line (``lms/static/offline``)."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse

# What every kept page is shown with.
FILES = (
    "build/site.css",
    "build/govuk-frontend.min.js",
    "icon.svg",
    "offline/kept.js",
    "offline/page.js",
    "read-aloud.js",
    "site.js",
)
SCRIPTS = ("offline/queue.js", "offline/worker.js")


@cache
def version() -> str:
    """Changes whenever a file does: phones then take the new ones and drop the old."""
    digest = sha256()
    for name in FILES + SCRIPTS:
        digest.update(static(name).encode())
        place = finders.find(name)
        if isinstance(place, str):
            digest.update(Path(place).read_bytes())
    return digest.hexdigest()[:12]


def worker_source() -> str:
    """The worker's script: what it must know of this site, then its parts."""
    site = {
        "version": version(),
        # The page that stands in names its style sheet as it is, without a hash.
        "files": sorted({*map(static, FILES), "/static/build/site.css", reverse("offline")}),
        "offline": reverse("offline"),
        "signOut": reverse("account_logout"),
    }
    scripts = ", ".join(json.dumps(static(name)) for name in SCRIPTS)
    return f"const site = {json.dumps(site)};\nimportScripts({scripts});\n"
