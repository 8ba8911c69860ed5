"""Registered folders and when they are synced. Knows no index: a sync is a function that it is given."""
