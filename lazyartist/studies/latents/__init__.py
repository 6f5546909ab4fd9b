"""Latents without labels: what they hold, what is odd in a batch, and what it would look like otherwise."""
