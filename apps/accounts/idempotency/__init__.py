"""Requests that may be repeated without doing anything twice."""
