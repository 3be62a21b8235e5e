"""What is done behind the scenes: jobs and cron, handed over by the outbox. Nothing is decided here."""
