"""Task 4: ways to train that do not lean on the bias attribute, beside plain training and the oracle."""
