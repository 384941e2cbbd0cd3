"""Forms of the staff pages."""

"""What people may ask and write in this room, checked before anything is done with it."""

"""The forms of this room's staff pages."""
