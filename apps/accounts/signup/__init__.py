"""Who may have an account here: everybody, those who are invited, or nobody new; and with which e-mail addresses."""
