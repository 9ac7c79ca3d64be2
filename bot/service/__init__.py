"""The flows, in words: what a person's message leads to, and how a due lesson goes out."""
