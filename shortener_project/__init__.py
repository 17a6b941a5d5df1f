"""Composition: settings, URLs, servers, embedded engines."""

import django_stubs_ext

from shortener_project.celery import app as celery_app

# Lets type arguments of Django's generic classes stand in ordinary code.
django_stubs_ext.monkeypatch()

__all__ = ["celery_app"]
