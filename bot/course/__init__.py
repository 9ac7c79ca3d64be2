"""The rules of the course, pure: no clock, no randomness, no database."""
