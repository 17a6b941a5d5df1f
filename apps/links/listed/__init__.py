"""The links list: pages of a workspace's links by filter and in order, each as quick as the first.

`links_listedlink` holds a row for each link and one more for each of its tags, with all that the list filters and
orders by; triggers keep it (migration 0008). Each of its indexes begins with workspace, tag, state and domain and ends
in one order, so that the next rows of any filter lie beside one another in some places, one for each state and domain
that is asked for: a page is merged from the first rows of each, whatever the tables hold.
"""
