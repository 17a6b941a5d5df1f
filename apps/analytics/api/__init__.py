"""Numbers by REST."""
