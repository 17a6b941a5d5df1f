"""What a password has to be like, and suggestions of good ones."""
