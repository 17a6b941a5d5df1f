"""Searching in PostgreSQL: for installations without Elasticsearch, and while it is away."""
