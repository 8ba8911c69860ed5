"""Knows words, numbers and dates as the languages that people write have them."""
