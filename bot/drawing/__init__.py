"""Pictures, drawn away from the event loop, one at a time."""
