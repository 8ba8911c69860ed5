"""Works with the index of a running server as if it were opened here."""
