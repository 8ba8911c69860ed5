"""Stores the index: vectors in Chroma, everything else in the catalogue."""
