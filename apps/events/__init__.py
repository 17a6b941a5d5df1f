"""The bus: envelope, topics, outbox, consumer runner, dead letters."""
