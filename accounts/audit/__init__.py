"""What happened that matters for security: rows that are only added, and a line in the log (security.md P8, V16)."""
