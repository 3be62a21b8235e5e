"""What people are good at: frameworks, profiles shown as far as each person consents, and maps of teams."""
