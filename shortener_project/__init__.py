"""Composition: settings, URLs, servers, embedded engines."""

import django_stubs_ext

# Lets type arguments of Django's generic classes stand in ordinary code.
django_stubs_ext.monkeypatch()
