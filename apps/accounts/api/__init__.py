"""REST about people: log-in and tokens, one's own account."""
