"""The HTTP API. Converts requests to calls of the service and results to JSON."""
