"""Packs an index into one file and puts it back."""
