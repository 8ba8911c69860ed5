"""Syncs registered folders when they are due, through a function that it is given."""
