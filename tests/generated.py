"""How tests with generated cases are run."""

from __future__ import annotations

from hypothesis import HealthCheck

# Hypothesis does not say of what type are the checks that it gives in turn, so they are asked themselves.
EVERY_CHECK = [check for check in HealthCheck if isinstance(check, HealthCheck)]
"""Health checks that a test with large cases or with a slow search does without."""
