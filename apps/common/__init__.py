"""Shared plumbing below every room: no models of the product."""
