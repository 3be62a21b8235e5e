"""The people who take part in programmes."""
