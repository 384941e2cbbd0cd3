"""New keys for certificates, in a file that only its owner can read."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certificates.keys import make_key_file


class Command(BaseCommand):
    help = (
        "Writes a new P-256 key with a certificate of its own and a new Ed25519 key into FILE."
        " An existing file is never overwritten."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            make_key_file(file, now=timezone.now())
        except FileExistsError:
            raise CommandError(f"{file} is there already: nothing was changed.") from None
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{file} holds new keys. Set SIGNING_KEY_FILE to it and restart.")
