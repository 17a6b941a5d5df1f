"""A cluster of one server that is no cluster: each statement is written down as a cluster would get it, and done on the embedded
engine in the form that one server understands."""
