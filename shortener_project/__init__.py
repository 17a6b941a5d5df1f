"""Composition: settings, URLs, servers, embedded engines."""
