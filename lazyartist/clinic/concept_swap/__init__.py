"""A generator that is to draw something else for one of its words, and the same as before for all others."""
