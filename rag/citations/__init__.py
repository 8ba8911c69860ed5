"""Checks an answer's citations: markers, claims, amounts, and the evidence in the sources."""
