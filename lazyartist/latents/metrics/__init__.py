"""Metrics of latents whose images' factors are known, one per file.

Each says what it measures, what a perfect code and a worthless one score, and how far chance alone takes it. No two of
them agree on what is good, so report several, always over several seeds, and beside `null`.
"""
