"""Rules of the house that no stock linter knows."""

import ast
import re
import socket
from pathlib import Path

import pytest
from django.conf import settings
from pytest_socket import SocketConnectBlockedError

from lms.celery import app

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["outbox", "people", "courses", "assessments", "certificates", "licensing", "lms"]
MODULES = [
    path
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts and "build_fonts" not in path.parts
]
TEMPLATES = [path for room in ROOMS for path in (ROOT / room).rglob("templates/**/*.html")]
VAGUE = {"utils", "helpers", "services", "common", "core", "misc", "base"}
MODULE_LINES, FUNCTION_LINES, TEMPLATE_LINES = 400, 40, 150


def where(path):
    return str(path.relative_to(ROOT))


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_module_is_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_functions_are_short_enough_to_read(path):
    long = [
        node.name for node in functions(path) if node.end_lineno - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_templates_are_short_enough_to_read():
    long = [where(p) for p in TEMPLATES if len(p.read_text("utf-8").splitlines()) > TEMPLATE_LINES]
    assert long == []


def test_days_are_written_as_the_language_of_the_reader_writes_them():
    """Whoever spells a day out decides for every language: ``|date`` alone asks the language."""
    spelt_out = re.compile(r"""(?:\|date:|date_format\([^)]*)['"][^'"]*\b[jd] ?[FEMN]\b""")
    texts = [p for room in ROOMS for p in (ROOT / room).rglob("templates/**/*.*")]
    found = [where(p) for p in [*MODULES, *texts] if spelt_out.search(p.read_text("utf-8"))]
    assert found == []


def test_no_module_has_a_name_that_says_nothing():
    assert [where(path) for path in MODULES if path.stem in VAGUE] == []


def test_every_scheduled_task_is_registered():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(app.tasks)


def test_every_task_keeps_time_and_late_acknowledgement():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit


def test_every_variable_of_the_environment_is_explained():
    source = (ROOT / "lms" / "settings.py").read_text(encoding="utf-8")
    used = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_]+)"|required_in_production\(\s*"([A-Z_]+)"', source)
    )
    names = {first or second for first, second in used}
    explained = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"`{name}`" not in explained] == []


def test_network_is_closed_but_for_loopback():
    with pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_settings_are_one_short_file():
    assert len((ROOT / "lms" / "settings.py").read_text("utf-8").splitlines()) <= 350
