"""A made-up account with links and a month of clicks, for looking around."""
