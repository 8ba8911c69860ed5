"""Inputs that find their own way into the parsers: `make fuzz`. What they met is kept in `corpus`, and tests try it."""
