"""Finding links: by Elasticsearch where there is one, by PostgreSQL where there is none or while it is away."""
