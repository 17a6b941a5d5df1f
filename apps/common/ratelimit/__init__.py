"""Rate limits: token buckets in Redis, counted in one atomic step.

`limits` has the words (RateLimit, Decision, the classes of endpoints), `clients` whose bucket it is,
`buckets` the step in Redis. Views and services call `limiter.take`; the redirect path, where a round
trip for each request would cost more than the request, takes tokens in blocks (`leases`).
"""
