"""Runs work on files of unknown origin in worker processes with limits."""
