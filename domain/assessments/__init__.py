"""Team assessments: instruments, what their answers say, and what of it may be published."""
