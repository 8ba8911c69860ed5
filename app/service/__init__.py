"""Holds every verb of the service once, by subject; only build_*.py name concrete classes and put them together."""
