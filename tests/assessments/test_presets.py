import pytest
from django.core.exceptions import ValidationError

from assessments.models import TestRule
from assessments.presets import PRESETS


@pytest.mark.parametrize("key", sorted(PRESETS))
def test_terms_of_a_preset_are_sound_terms_of_a_rule(key):
    preset = PRESETS[key]
    rule = TestRule(pass_mark=preset.pass_mark, waits=list(preset.waits), **preset.terms)
    with pytest.raises(ValidationError) as caught:  # Course, names and day are still missing.
        rule.clean_fields()
    assert not {"pass_mark", "waits", *preset.terms} & set(caught.value.error_dict)


def test_presets_are_told_apart_by_their_names():
    assert len({preset.name for preset in PRESETS.values()}) == len(PRESETS)
