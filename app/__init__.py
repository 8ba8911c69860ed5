"""Where the parts meet: settings, the composition root and what the user touches."""
