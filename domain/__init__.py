"""What a partnership programme is: its tables, rules and commands. Knows no HTTP, GraphQL or queue."""
