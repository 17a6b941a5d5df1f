"""From a click as the redirector saw it to the row that is stored. Pure: no database, no network."""

from apps.analytics.enrichment.enricher import Enricher

__all__ = ["Enricher"]
