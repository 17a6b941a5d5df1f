"""Figures of one redirector process."""

from typing import TYPE_CHECKING

from apps.common.breaker import BreakerState
from apps.common.metrics.families import Family, counter, gauge
from apps.common.metrics.library import library_families
from apps.common.ratelimit.metrics import rate_limit_families
from apps.common.visitors.metrics import enrichment_families
from apps.redirects.decide import Outcome
from apps.redirects.invalidation import InvalidationCounters

if TYPE_CHECKING:
    from apps.redirects.redirector import Redirector


def families_of(redirector: "Redirector") -> list[Family]:
    """All that the process knows; reads numbers that are counted anyhow."""
    return [
        *_visits(redirector),
        *_clicks(redirector),
        *_cache(redirector),
        *_behind_the_cache(redirector),
        *rate_limit_families(redirector.limits.refused),
        *enrichment_families(),
        *library_families(),
    ]


def _visits(redirector: "Redirector") -> list[Family]:
    outcomes = {str(outcome): redirector.outcomes[outcome] + redirector.misses.outcomes[outcome] for outcome in Outcome}
    outcomes[Outcome.REDIRECT] += redirector.lookahead.answered
    return [
        counter("visits_total", "Requests for short links, by what became of them.", outcomes, label="outcome"),
        counter("hot_redirects_total", "Redirects answered on the hot path, inside the protocol class.", redirector.lookahead.answered),
        counter("unresolvable_total", "Requests that got a 503 because neither Redis nor PostgreSQL could say.", redirector.unresolvable),
    ]


def _clicks(redirector: "Redirector") -> list[Family]:
    spool, orphans, budget = redirector.spool, redirector.orphans, redirector.budget
    return [
        counter("clicks_spooled_total", "Clicks written to the spool.", spool.sequence),
        counter("clicks_dropped_total", "Redirects whose click could not be written; expected to stay 0.", spool.dropped),
        counter("orphan_clicks_spooled_total", "Hits on unknown codes and roots written to the spool.", orphans.spool.sequence),
        counter("orphan_clicks_dropped_total", "Such hits that could not be written.", orphans.spool.dropped),
        counter("orphan_clicks_passed_over_total", "Such hits not kept because there were too many.", orphans.passed_over),
        counter("limited_clicks_spent_total", "Redirects of links with max clicks.", budget.spent),
        counter("limited_clicks_refused_total", "Requests for links whose clicks are used up.", budget.refused),
    ]


def _cache(redirector: "Redirector") -> list[Family]:
    cache, numbers = redirector.cache, redirector.cache.counters
    return [
        counter("cache_hits_total", "Requests answered from the process cache.", numbers.hits + redirector.lookahead.answered),
        counter("cache_misses_total", "Look-ups of links that the process cache did not hold.", numbers.misses),
        counter("cache_negative_hits_total", "Requests for places known to lead nowhere.", numbers.negative_hits),
        counter("cache_evictions_total", "Entries that gave way to others.", numbers.evictions),
        counter("cache_invalidations_total", "Changes of links heard of.", numbers.invalidations),
        counter("cache_stale_refusals_total", "Values read that were out of date already, and not kept.", numbers.stale_refusals),
        gauge("cache_entries", "Ready answers in the process cache.", len(cache.entries)),
        gauge("cache_cold_entries", "Places known to lead nowhere.", len(cache.cold)),
        gauge("cache_size", "Ready answers that the process cache can hold.", cache.size),
        gauge("cache_hears_changes", "1 while the channel of changes speaks.", cache.hears_changes),
        counter("subscriptions_total", "Times that the channel of changes was joined.", redirector.subscriber.reconnects),
    ]


def _behind_the_cache(redirector: "Redirector") -> list[Family]:
    numbers, reader, budget, store = redirector.cache.counters, redirector.reader, redirector.budget, redirector.store
    breakers = {"redis": store, "redis_rate_limits": redirector.limits.buckets, "database": reader, "database_max_clicks": budget}
    is_open = {part: float(guarded.breaker.state is not BreakerState.CLOSED) for part, guarded in breakers.items()}
    opened = {part: guarded.breaker.opened for part, guarded in breakers.items()}
    failures = {part: guarded.failures for part, guarded in breakers.items()} | {"redis_invalidation": InvalidationCounters.failures}
    return [
        counter("redis_hits_total", "Look-ups that Redis answered.", numbers.redis_hits),
        counter("redis_misses_total", "Look-ups of which Redis knew nothing that holds.", numbers.redis_misses),
        counter("database_look_ups_total", "Look-ups of links in PostgreSQL; several may share a query.", numbers.database_look_ups),
        counter("database_queries_total", "Queries of redirectors to PostgreSQL, those for domains and limits too.", reader.queries),
        counter("engine_failures_total", "Calls that an engine did not answer in time.", failures, label="part"),
        counter("breaker_opened_total", "Times that a circuit breaker opened.", opened, label="part"),
        gauge("breaker_open", "1 while an engine is not asked because it does not answer.", is_open, label="part"),
    ]
