"""The clinic: eight broken models, what mends them, and how far."""
