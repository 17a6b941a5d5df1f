"""Servers that are in no package: tests marked `full` start them. README.md tells what they need."""
