"""Commands that a net learns to read in English, and is then asked in Russian."""
