"""What is done behind the scenes: jobs of the outbox, and what is due by the calendar. Nothing is decided here."""
