"""What was done, by whom and when; and what is to be done because of it."""
