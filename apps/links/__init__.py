"""Links, domains and tags: what people make and manage."""
