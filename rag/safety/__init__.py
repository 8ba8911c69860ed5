"""Keeps retrieved text from acting in a prompt and answers from being live in a page."""
