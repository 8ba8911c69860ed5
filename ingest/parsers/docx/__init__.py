"""Reads Word files by walking their XML."""
