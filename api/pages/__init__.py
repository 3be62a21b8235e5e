"""Pages for people: a trusted document asks, a template shows; no script, nothing from elsewhere."""
