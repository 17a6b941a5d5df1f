"""Links by REST."""
