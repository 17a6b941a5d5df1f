"""The redirect path: resolver, hot path, spool, shipper, invalidation."""
