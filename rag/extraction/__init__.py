"""Reads documents into a table: a row for each document, a column for each question, every cell with its proof."""
