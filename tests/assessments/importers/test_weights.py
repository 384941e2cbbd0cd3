from decimal import Decimal

import pytest

from assessments.importers.weights import rights, share


@pytest.mark.parametrize(
    ("count", "written"), [(1, "100"), (2, "50"), (3, "33.33333"), (6, "16.66667"), (7, "14.28571")]
)
def test_share_is_written_as_moodle_has_it_and_read_back(count, written):
    assert share(count) == written
    weights = [*[Decimal(written)] * count, Decimal(0)]
    assert rights(weights, one_answer=False) == (*[True] * count, False)
