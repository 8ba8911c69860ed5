"""Reads files and embeds on the machines of a Ray cluster."""
