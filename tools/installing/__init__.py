"""The steps of the installation, each in a file of its own; only the standard library is needed."""
