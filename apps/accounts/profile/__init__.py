"""The page about oneself: the name, and the way to another e-mail address."""
