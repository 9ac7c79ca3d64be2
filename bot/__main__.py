"""`python -m bot` is the same as the command `kindling`."""

from bot.cli import main

main()
