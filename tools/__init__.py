"""Programs for those who install, check and release Lectern."""
