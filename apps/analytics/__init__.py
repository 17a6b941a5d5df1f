"""Clicks in ClickHouse: ingest, queries, dashboard."""
