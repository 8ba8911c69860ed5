"""Reads e-books in the EPUB format, of versions 2 and 3."""
