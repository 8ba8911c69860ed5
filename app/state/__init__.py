"""Keeps what the service remembers in service.sqlite: tokens, folders, sync jobs, feedback, evaluations, overrides."""
