"""Sets up the log, and sends traces and metrics to an OpenTelemetry collector where that is switched on."""
