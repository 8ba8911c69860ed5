"""Measures speed and retrieval quality beside the pipeline most people start from."""
