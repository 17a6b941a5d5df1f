"""Benchmarks: `make bench [NAME=…]`. Each module but the runner's own has `run() -> list[Figure]`."""
