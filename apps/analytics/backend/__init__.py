"""The database backend of a ClickHouse cluster: the same migrations make a replicated table on each shard and one before all."""
