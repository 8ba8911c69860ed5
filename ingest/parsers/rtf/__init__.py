"""Reads RTF files: each run in the encoding of its font."""
