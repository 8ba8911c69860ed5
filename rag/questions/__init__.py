"""Reads what a question itself says: what it demands, filters, small talk, typing errors."""
