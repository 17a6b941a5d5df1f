"""Tokens of the API: who has logged in gets a short-lived access token and a refresh token, which is good once.

`keys` are what they are signed with, `signed` what stands in them, and `families` issues and ends them.
"""
