"""Decides what a request may do before any route is reached: hosts, tokens, sizes, rates, and the audit log."""
