"""Figures for operators: each process keeps its own in a file, and whoever is asked puts all of them together."""
