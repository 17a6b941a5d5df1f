"""Log-in by an OpenID Connect provider that the settings name.

Somebody who comes from it for the first time is joined with an account here if both sides have verified the
same e-mail address: the provider says so, and the account here has followed a link in a mail. An address that
only one side has verified joins nothing: whoever signed up here with somebody else's address would get
their log-ins, and whoever told the provider somebody else's would get their account. A second factor
here is asked for all the same.
"""
