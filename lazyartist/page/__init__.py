"""The live page: draw, watch each model answer, and look inside; nothing imports this but the command that opens it."""
