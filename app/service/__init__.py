"""The composition root: names the concrete classes and puts them together.

Each file builds what one kind of work needs, so that a question does not wait for what only a sync needs.
"""
