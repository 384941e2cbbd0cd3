"""The demo: two invented councils, invented people, and the real course."""
