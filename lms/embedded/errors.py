"""What stops the embedded services, in a sentence the reader can act on."""


class ServicesError(Exception):
    """The services cannot start; the message says what to do."""


class InUseError(ServicesError):
    """Another live run holds this data directory."""
