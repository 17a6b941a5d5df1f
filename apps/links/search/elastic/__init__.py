"""Elasticsearch. Imported only where ELASTICSEARCH_URL is set: its client is large."""
