"""Answers questions that one look-up cannot answer: lists, counts, comparisons, calculations, summaries."""
