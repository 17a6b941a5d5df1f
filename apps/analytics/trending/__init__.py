"""Links whose clicks rise: those that trend now, and those with unusually many clicks for what they had before."""
