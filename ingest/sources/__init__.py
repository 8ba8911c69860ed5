"""Brings in documents that are not in a folder on disk: uploads and web addresses."""
