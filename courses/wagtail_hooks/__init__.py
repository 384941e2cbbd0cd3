"""The staff door of the courses. Wagtail imports this module; each part registers itself."""

from courses.wagtail_hooks import authoring, directory, guards, privacy, serving, trainers

__all__ = ["authoring", "directory", "guards", "privacy", "serving", "trainers"]
