"""Template databases: migrate once, then clone in a tenth of a second."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
LOCK = 7_205_914  # An arbitrary number: only one process of a run makes the template.


def connect(name: str, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection of its own to another database on the same server."""
    db = settings.DATABASES["default"]
    return psycopg.connect(
        dbname=name,
        user=db["USER"],
        password=db["PASSWORD"] or None,
        host=db["HOST"] or None,
        port=db["PORT"] or None,
        autocommit=autocommit,
    )


def admin_connection() -> psycopg.Connection:
    """A connection to the maintenance database, for CREATE and DROP DATABASE."""
    return connect("postgres", autocommit=True)


def url_of(name: str) -> str:
    """The DATABASE_URL of another database on the same server, for processes of their own."""
    return os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + name


def ensure_template(*, demo: bool = False) -> str:
    """The name of a migrated database (with the demo loaded, if asked) to clone from."""
    name = f"lms_template_{'demo_' if demo else ''}{_digest(demo)}"
    with admin_connection() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK + demo])
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            _build(admin, name, demo=demo)
    return name


def clone(template: str, name: str) -> None:
    """Make the database ``name`` afresh as a copy of ``template``."""
    with admin_connection() as admin:
        target = sql.Identifier(name)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(target, sql.Identifier(template))
        )


def drop(name: str) -> None:
    with admin_connection() as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _build(admin: psycopg.Connection, name: str, *, demo: bool) -> None:
    draft = f"{name}_draft"
    if demo:
        clone(ensure_template(), draft)
        commands = ["load_demo"]
    else:
        drop(draft)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        commands = ["migrate"]
    for command in commands:
        subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url_of(draft)},
            check=True,
            capture_output=True,
        )
    admin.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(draft), sql.Identifier(name)
        )
    )


def _digest(demo: bool) -> str:
    """Changes with any migration or library; for the demo, with its content and actions too."""
    patterns = ["*/migrations/*.py", "requirements.txt", "lms/roles.py"]
    if demo:
        patterns += ["lms/demo/**/*.*", "*/actions.py", "*/models/*.py", "*/models.py"]
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            if "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
