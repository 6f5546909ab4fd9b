"""A language model that writes formally, and is to write like a person by changing what passes through it."""
