from __future__ import annotations

import pytest

from domain.access.viewers import PERMISSIONS, Permission, Role, Viewer

MAY = {
    Role.ADMINISTRATOR: set(Permission),
    Role.SPONSOR: {Permission.READ, Permission.COMPILE_SUMMARIES},
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_exactly_this(role: Role) -> None:
    assert {permission for permission in Permission if Viewer(role).may(permission)} == MAY[role]


def test_every_role_stands_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
