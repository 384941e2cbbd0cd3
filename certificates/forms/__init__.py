"""The forms of the certificate pages, one module for each of their subjects."""
