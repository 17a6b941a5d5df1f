"""The redirect rules of a link as a form holds them: what was typed, step by step, until it is saved."""
