"""The clients of an index: one opens it in this process, one asks a running server; both do the same."""
