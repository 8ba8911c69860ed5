"""Reads tables: workbooks of every usual program, CSV and TSV files."""
