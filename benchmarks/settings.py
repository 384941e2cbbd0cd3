"""The product's settings, without the limit of calls per client: the whole load comes from one."""

from lms.settings import *  # noqa: F403

API_CALLS_PER_MINUTE = 1_000_000_000
