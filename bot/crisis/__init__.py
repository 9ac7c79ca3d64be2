"""The crisis room: helplines and first words from memory, and reading what people write. It imports no other room."""
