"""Reads PowerPoint files by walking their XML."""
