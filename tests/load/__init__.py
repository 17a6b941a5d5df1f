"""Load on a running product, and the judgement whether it counted exactly."""
