"""Answers in a form of JSON that the asker gives: the form, its fields and their values, each cited."""
