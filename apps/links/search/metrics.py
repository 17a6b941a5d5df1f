"""Counters of searches and of the index; what waits to be indexed is the lag of the group `search-indexer`."""

from prometheus_client import Counter, Gauge

SERVED = Counter("searches_total", "Searches answered, by engine.", ["engine"])
UNANSWERED = Counter("searches_unanswered_total", "Searches that an engine did not answer in time.", ["engine"])
BREAKER_OPEN = Gauge("search_breaker_open", "1 while Elasticsearch is not asked because it does not answer.")
WRITTEN = Counter("search_documents_written_total", "Documents of links that Elasticsearch has taken.")
FAILED = Counter("search_documents_refused_total", "Documents of links that Elasticsearch will never take; they are dead-lettered.")
REPAIRED = Counter("search_documents_repaired_total", "Documents that differed from PostgreSQL and were written again.")
