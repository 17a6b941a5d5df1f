"""Copying all clicks from one ClickHouse, mostly the embedded engine, into the one that the settings name."""
