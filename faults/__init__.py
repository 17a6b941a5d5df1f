"""Faults: `make faults [NAME=F5]`. Real processes are killed, stopped and cut off under load.

Each module `fN` has NAME, TITLE and `run(stage, scale, report)`.
"""
