"""The bodies that take part in programmes, and what became of them."""
