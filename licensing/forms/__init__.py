"""The forms of the staff pages of this room, one module for each of their subjects."""
