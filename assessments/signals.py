"""The one published signal between our rooms.

``attempt_passed`` is sent after the commit that closed a passed sitting, with ``sitting_id``. It
only wakes whoever listens sooner: a sweep finds every passed sitting without it.
"""

from django.dispatch import Signal

attempt_passed = Signal()
