"""Tasks 2 and 3: what a model's units respond to, and where it looks."""
