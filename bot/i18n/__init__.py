"""Every word that the bot says, per language, in Project Fluent files. A language exists when its file does."""
