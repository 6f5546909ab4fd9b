"""Certification: bounds below which no noise at all can change an answer, whatever the attack."""
