"""Puts the parts together: settings, the composition root, and the surfaces that people use."""

__version__ = "0.1.0"
