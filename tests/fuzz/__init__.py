"""Inputs that find their own way into the parsers: `make fuzz`. What they met is in `corpora` and tried by tests."""
