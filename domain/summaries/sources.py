"""Where a summary's figures come from: which document was asked, with which variables, as of which date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """A question that was asked as the sponsor.

    `document` names a trusted document, `document_id` is the hash of its text. The answer is the whole list:
    a document that takes `after` is asked again with the last `endCursor` while there is a next page. One with more
    `ids` than a request may name is asked for some of them at a time.
    """

    document: str
    document_id: str
    variables: Mapping[str, Any]
    as_of: date

    def as_data(self) -> dict[str, Any]:
        """The source as the content keeps it."""
        return {
            "document": self.document,
            "documentId": self.document_id,
            "variables": dict(self.variables),
            "asOf": self.as_of.isoformat(),
        }
