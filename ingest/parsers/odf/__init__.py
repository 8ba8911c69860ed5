"""Reads OpenDocument texts and presentations by walking their XML."""
