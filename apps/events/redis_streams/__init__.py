"""The bus on Redis or Valkey streams. README.md beside this file tells how and why."""

from apps.events.redis_streams.bus import RedisStreamsBus

__all__ = ["RedisStreamsBus"]
