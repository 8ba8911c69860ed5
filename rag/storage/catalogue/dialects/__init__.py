"""What each database that may hold the catalogue does in its own way."""
