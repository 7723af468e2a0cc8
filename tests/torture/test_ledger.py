"""The checks of the torture tests see what they are there to see."""

from __future__ import annotations

import pytest
from torture import (
    Asked,
    Group,
    Ledger,
    Question,
    Version,
    Write,
    check_history,
)

AMBER = Question("amber", lambda topics: "amber" in topics)
BIRCH = Question("birch", lambda topics: "birch" in topics)


class Imported:
    """An importer's ledger, one version a second and sequence number."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.count = 0

    def add(self, key: str, member: str, *topics: str) -> tuple[int, str]:
        """What a delivery of it looks like."""
        group = next((g for g in self.groups if g.key == key), None)
        if group is None:
            group = Group(key)
            self.groups.append(group)
        now = self.count = self.count + 1
        number = len(group.versions)
        group.versions.append(Version(
            group, member, number, f"{key} {number}", frozenset(topics),
            Write(now, now + 0.5), now - 1, now))
        return now, f"{key} {number}"


def asked(question: Question, at: float, until: float | None = None) -> Asked:
    return Asked(at, until or at + 0.1, question=question)


def check(imported: Imported, history: list[tuple[int, str]],
          *some: Asked) -> int:
    return check_history("s", history, Ledger([imported]),
                         list(some) or [asked(AMBER, 0)], complete=True)


def test_a_right_history_passes():
    imported = Imported()
    first = imported.add("a", "left", "amber")
    imported.add("a", "left")
    imported.add("a", "left", "amber")
    imported.add("b", "left")
    imported.add("b", "right")
    merged = imported.add("b", "joint", "amber")
    imported.add("c", "left", "birch")
    assert check(imported, [first, merged]) == 3


def test_a_loss_is_seen():
    imported = Imported()
    first = imported.add("a", "left", "amber")
    imported.add("b", "left", "amber")
    with pytest.raises(AssertionError, match="b 0 .* is lost"):
        check(imported, [first])
    late = Imported()
    late.add("a", "left", "amber")
    late.add("a", "left")
    again = late.add("a", "left", "amber")
    with pytest.raises(AssertionError, match="a 0 .* is lost"):
        check(late, [again])


def test_a_repeat_is_seen():
    imported = Imported()
    history = [imported.add("a", "left", "amber")]
    imported.add("a", "left")
    history.append(imported.add("a", "left", "amber"))
    with pytest.raises(AssertionError, match="are one paper"):
        check(imported, history)


def test_a_repeat_under_another_name_is_seen():
    imported = Imported()
    history = [imported.add("a", "left", "amber")]
    imported.add("a", "left")
    imported.add("a", "right")
    history.append(imported.add("a", "joint", "amber"))
    with pytest.raises(AssertionError, match="are one paper"):
        check(imported, history)


def test_a_wrong_order_is_seen():
    imported = Imported()
    first = imported.add("a", "left", "amber")
    second = imported.add("b", "left", "amber")
    with pytest.raises(AssertionError, match="journal order"):
        check(imported, [second, first])
    with pytest.raises(AssertionError, match="was stored in"):
        check(imported, [(1, second[1]), (2, first[1])])


def test_what_was_not_asked_for_is_seen():
    imported = Imported()
    early = imported.add("a", "left", "birch")
    late = imported.add("b", "left", "birch")
    changed = [asked(AMBER, 0), asked(BIRCH, 1.6)]
    assert check(imported, [late], *changed) == 1
    with pytest.raises(AssertionError, match="is no news"):
        check(imported, [early, late], *changed)
    # A change under way while the paper came in decides either way.
    vague = [asked(AMBER, 0), asked(BIRCH, 0.9, 1.2)]
    assert check(imported, [late], *vague) == 1
    assert check(imported, [early, late], *vague) == 1
