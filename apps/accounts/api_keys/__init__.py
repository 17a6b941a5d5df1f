"""API keys: each lets a program act for one member of one workspace, with no more than its scopes and the member's role allow.

`key_text` says what a key is made of, `services` makes and ends keys, `verification` says whose key somebody presents.
"""
