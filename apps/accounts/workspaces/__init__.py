"""Workspaces: who belongs to which, in what role, and how people get in and out.

Services take the acting user and ask the policy. Each that touches members locks the workspace's row
first, so that two changes at once never leave it without an owner.
"""
