"""What the options of each kind of question have to be."""

import pytest

from assessments.kinds import OptionFault, option_faults

A, B, C = ("A", False), ("B", False), ("C", False)
RIGHT, SECOND_RIGHT = ("Right", True), ("Also right", True)


def many(count):
    return [RIGHT, *((f"Wrong {number}", False) for number in range(count - 1))]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("single", [RIGHT, A]),
        ("single", many(6)),
        ("multiple", [RIGHT, A]),
        ("multiple", [RIGHT, SECOND_RIGHT, A]),
        ("multiple", many(8)),
        ("true_false", [("True", True), ("False", False)]),
        ("true_false", [("Gwir", False), ("Gau", True)]),
    ],
)
def test_options_suit_their_kind(kind, options):
    assert option_faults(kind, options) == ()


@pytest.mark.parametrize(
    ("kind", "options", "fault"),
    [
        ("single", [A, B, C], OptionFault.NOT_ONE_RIGHT),
        ("single", [RIGHT, SECOND_RIGHT, A], OptionFault.NOT_ONE_RIGHT),
        ("single", [RIGHT], OptionFault.TOO_FEW),
        ("single", many(7), OptionFault.TOO_MANY),
        ("multiple", [A, B], OptionFault.NOT_RIGHT_AND_WRONG),
        ("multiple", [RIGHT, SECOND_RIGHT], OptionFault.NOT_RIGHT_AND_WRONG),
        ("multiple", many(9), OptionFault.TOO_MANY),
        ("true_false", many(3), OptionFault.TOO_MANY),
        ("true_false", [A, B], OptionFault.NOT_ONE_RIGHT),
        ("true_false", [RIGHT, SECOND_RIGHT], OptionFault.NOT_ONE_RIGHT),
        ("single", [RIGHT, A, ("a ", False)], OptionFault.SAME_TEXT),
        ("multiple", [("Call  999", True), ("call 999", False)], OptionFault.SAME_TEXT),
    ],
)
def test_options_do_not_suit_their_kind(kind, options, fault):
    assert option_faults(kind, options) == (fault,)


def test_every_fault_is_told_at_once():
    assert option_faults("single", [A, A]) == (OptionFault.NOT_ONE_RIGHT, OptionFault.SAME_TEXT)
