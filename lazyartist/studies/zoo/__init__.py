"""The zoo: every cure on every lie."""
