"""One format family a file: each turns a file into a `ParsedDocument`."""
