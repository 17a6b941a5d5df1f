"""Counters of keys that were presented."""

from prometheus_client import Counter

USED = Counter("api_keys_accepted_total", "Requests that an API key has let in.")
REFUSED = Counter(
    "api_keys_refused_total",
    "Keys that were refused, by the reason: malformed, unknown, wrong, expired, revoked, inactive (their owner), too_many.",
    ["reason"],
)
