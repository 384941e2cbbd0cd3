"""A small client of the training status API, without dependencies."""
