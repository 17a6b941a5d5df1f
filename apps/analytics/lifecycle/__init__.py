"""Clicks do not outlive their links: what is purged from PostgreSQL is erased from ClickHouse."""
