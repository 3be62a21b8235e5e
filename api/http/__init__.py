"""What HTTP adds to an operation: who asks, what is asked, how it is answered, and what is refused."""
