"""What rooms above may listen to. Sent from services only, after commit unless said otherwise."""

from django.dispatch import Signal

# Arguments: domain_id (int), code (str), version (int): the link at this place has changed, has
# been created or deleted; whatever is remembered below this version is out of date. Sent once for
# the link's code and once for each alias.
link_changed = Signal()

# No arguments: a domain has been added, verified, changed or removed; read the table anew.
domains_changed = Signal()

# Arguments: link_ids (Sequence[int]): nothing is left of these links but their codes. Sent inside
# the transaction, so that what belongs to them is noted with it.
links_purged = Signal()
