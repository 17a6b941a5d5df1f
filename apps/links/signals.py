"""What rooms above may listen to. Sent after commit, from services only."""

from django.dispatch import Signal

# Arguments: domain_id (int), code (str), version (int): the link at this place has changed, has
# been created or deleted; whatever is remembered below this version is out of date. Sent once for
# the link's code and once for each alias.
link_changed = Signal()

# No arguments: a domain has been added, verified, changed or removed; read the table anew.
domains_changed = Signal()
