"""Measures speed and asserts nothing."""
