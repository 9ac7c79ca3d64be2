"""Lesson files: one reader for the bot and for the check, the rules of the check, and the blank for a new lesson."""
