"""The audit log: what was done, by whom and from where. Whoever changes something records it here, in the same transaction."""
