import sys

from django.apps import AppConfig
from django.conf import settings


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = "Certificates"

    def ready(self) -> None:
        from certificates import receivers  # noqa: F401, PLC0415  (the app registry comes first)
        from certificates.actions.rights import PREFIX, reasons_against  # noqa: PLC0415
        from certificates.keys import signing_keys  # noqa: PLC0415
        from outbox import rights  # noqa: PLC0415

        rights.register(PREFIX, reasons_against)

        # Rather no start than passes whose certificates nothing can sign.
        if settings.LMS_ENV == "production" and "make_signing_key" not in sys.argv:
            signing_keys()
