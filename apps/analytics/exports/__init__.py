"""Clicks as files: read from ClickHouse as they are written, so that memory does not grow with them."""
