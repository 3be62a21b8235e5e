"""Names as the schema writes them."""

from __future__ import annotations


def graphql_name(python_name: str) -> str:
    """`forecast_on` as `forecastOn`, and `in_` as `in`."""
    head, *rest = python_name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)
