"""What the REST APIs of all rooms share."""
