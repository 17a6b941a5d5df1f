"""Links from files: our own, and those of other shorteners. See README.md beside this file."""
