"""Three starting points for a rule, of three councils that do not exist. Pure data.

They show how far rules may differ. Each only fills the form in: nothing of it holds before
somebody has proposed the rule and somebody else has approved it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Preset:
    """``questions`` are spread over the topics of the course; ``minimum_mark`` is how many per cent
    of each topic must be right; ``terms`` are fields of the rule by their names."""

    name: str
    questions: int
    pass_mark: int
    waits: tuple[str, ...]
    terms: Mapping[str, bool | int | str] = field(default_factory=dict)
    minimum_mark: int = 0


PRESETS: Mapping[str, Preset] = {
    "ashmere": Preset(
        name="Ashmere City",
        questions=20,
        pass_mark=100,
        waits=("P1D", "P7D", "P6M"),
        terms={
            "time_limit_minutes": 40,
            "tries": 3,
            "when_spent": "relearn",
            "start_code_required": True,
        },
    ),
    "fellbridge": Preset(
        name="Fellbridge",
        questions=30,
        pass_mark=80,
        minimum_mark=80,
        waits=("P1D",),
        terms={"critical_must_be_right": True, "resit_days": 90, "start_code_required": True},
    ),
    "port-orlan": Preset(
        name="Port Orlan",
        questions=15,
        pass_mark=70,
        waits=("P1M",),
        terms={
            "time_limit_minutes": 20,
            "tries": 2,
            "critical_must_be_right": False,
            "when_spent": "refer",
            "start_code_required": True,
        },
    ),
}
