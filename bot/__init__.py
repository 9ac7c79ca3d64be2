"""Kindling: a course in a messenger, one small lesson a day."""

__version__ = "0.1.0"
