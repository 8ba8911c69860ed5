"""Where the parts meet: settings, the composition root and what the user touches."""

__version__ = "0.1.0"
