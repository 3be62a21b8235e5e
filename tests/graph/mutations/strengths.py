"""Strengths: what each mutation is given and answers."""

from __future__ import annotations

from tests.domain.strengths.test_frameworks import FILE
from tests.graph.mutations.scenes import Case

_SHOWN = (
    "strengthsConsentGive",
    {"personId": "@ben", "level": "PROGRAMME", "note": "By e-mail", "effectiveOn": "2024-02-01"},
)
_RECORDED = (
    "strengthsProfileRecord",
    {
        "personId": "@ben",
        "frameworkId": "@framework",
        "assessedOn": "2024-02-01",
        "strengths": ["making", "asking"],
        "effectiveOn": "2024-02-01",
    },
)

CASES = [
    Case(
        "strengthsFrameworkStore",
        {"file": FILE.replace("key: small", "key: other-{ref}")},
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
    Case(
        _RECORDED[0],
        {**_RECORDED[1], "effectiveOn": None},
        "profile { assessedOn isLatest person { id } framework { id } "
        "strengths { nodes { rank strength { key cluster { key } } } } }",
        {
            "assessedOn": "2024-02-01",
            "isLatest": True,
            "person": {"id": "@ben"},
            "framework": {"id": "@framework"},
            "strengths": {"nodes": [{"rank": 1, "strength": {"key": "making", "cluster": {"key": "hand"}}},
                                    {"rank": 2, "strength": {"key": "asking", "cluster": {"key": "head"}}}]},
        },
        subject="personId",
        first=(_SHOWN,),
    ),
    Case(
        "strengthsProfileRemove",
        {"personId": "@ben", "frameworkId": "@framework", "assessedOn": "2024-02-01"},
        "profile { id }",
        None,
        subject="personId",
        first=(_SHOWN, _RECORDED),
    ),
    Case(
        "strengthsConsentGive",
        {"personId": "@ben", "level": "TEAM", "note": "On the phone"},
        "consent { level note onTheirWord person { id strengthsConsent { level } } }",
        {
            "level": "TEAM",
            "note": "On the phone",
            "onTheirWord": True,
            "person": {"id": "@ben", "strengthsConsent": {"level": "TEAM"}},
        },
        subject="personId",
    ),
    Case(
        "strengthsRelease",
        {"teamId": "@crew", "frameworkId": "@framework", "k": 3},
        "release { id }",
        None,
        subject="teamId",
    ),
    Case(
        "strengthsConsentWithdraw",
        {"personId": "@ben"},
        "consent { level note person { strengthsProfiles { totalCount } } }",
        {"level": "NOBODY", "note": None, "person": {"strengthsProfiles": {"totalCount": 0}}},
        subject="personId",
        first=(_SHOWN, _RECORDED),
    ),
]  # fmt: skip
