"""People: users, workspaces, memberships and the policy that says who may do what."""
