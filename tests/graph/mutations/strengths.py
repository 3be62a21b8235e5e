"""Strengths: what each mutation is given and answers."""

from __future__ import annotations

from tests.domain.strengths.test_frameworks import FILE
from tests.graph.mutations.scenes import Case

CASES = [
    Case(
        "strengthsFrameworkStore",
        {"file": FILE.replace("key: small", "key: small-{ref}")},
        "framework { name version owner licence isRanked mostInAProfile "
        "clusters { nodes { name strengths { nodes { name place } } } } }",
        {
            "name": "A small one",
            "version": 1,
            "owner": "Somebody Ltd",
            "licence": "Licence 4711",
            "isRanked": True,
            "mostInAProfile": 2,
            "clusters": {
                "nodes": [
                    {"name": "Head", "strengths": {"nodes": [{"name": "Thinking", "place": 1},
                                                             {"name": "Asking", "place": 2}]}},
                    {"name": "Hand", "strengths": {"nodes": [{"name": "Making", "place": 3}]}},
                ]
            },
        },
        subject=None,
    ),
]  # fmt: skip
