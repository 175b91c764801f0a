"""The rules of the tree that a machine can hold."""

import ast
import re
import resource
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "hub").rglob("*.py"))


def test_no_module_is_longer_than_four_hundred_lines():
    long = [f"{path.relative_to(ROOT)}: {n}" for path in SOURCES if (n := len(path.read_text().splitlines())) > 400]
    assert not long


def test_functions_stay_short():
    lengths = [
        node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert statistics.median(lengths) <= 12
    assert statistics.quantiles(lengths, n=10)[-1] <= 38


def test_the_domain_needs_only_the_standard_library():
    for path in (ROOT / "hub" / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            foreign = [
                n for n in names if n.split(".")[0] not in sys.stdlib_module_names and not n.startswith("hub.domain")
            ]
            assert not foreign, f"{path.name} imports {foreign}"


def test_help_costs_a_fifth_of_a_second_and_loads_nothing_heavy():
    script = "import sys; from hub.cli.main import app; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"numpy", "spacy", "faster_whisper", "onnxruntime", "sqlalchemy", "pydantic", "docx", "weasyprint", "babel"}
    assert not heavy & set(loaded)
    command = [str(Path(sys.executable).with_name("hub")), "--help"]
    best = min(_seconds(command) for _ in range(5))
    assert best <= 0.2


def _seconds(command: list[str]) -> float:
    """Return the processor time of a command: what it takes by the clock depends on what else runs."""
    before = _children_s()
    subprocess.run(command, capture_output=True, check=True)
    return _children_s() - before


def _children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def test_two_forms_of_the_api_have_two_names():
    """Clients made from the description know a form by its name alone."""
    classes = [one for path in sorted((ROOT / "hub" / "api").glob("*.py")) for one in _forms(path)]
    assert sorted({one for one in classes if classes.count(one) > 1}) == []


def _forms(path):
    return re.findall(r"^class (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)


IMPORTED_AS = {
    "python-dateutil": "dateutil",
    "python-docx": "docx",
    "pyyaml": "yaml",
    "pyjwt": "jwt",
    "kafka-python": "kafka",
    "opentelemetry-api": "opentelemetry",
    "opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter",
    "opentelemetry-sdk": "opentelemetry.sdk",
}
USED_BY_OTHERS = {
    "crc32c": "kafka-python checks batches four times faster with it",
    "python-multipart": "FastAPI reads forms with it",
    "tzdata": "zoneinfo reads zones from it where the machine has none",
}


def test_every_dependency_that_is_shipped_is_used():
    """What is not used has to be kept safe all the same: see docs/adr/0045."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = [re.split(r"[\[<>=]", one)[0].strip() for one in told]
    whole = "\n".join(path.read_text() for path in SOURCES)
    unused = [
        name
        for name in names
        if name not in USED_BY_OTHERS
        and f"import {(module := IMPORTED_AS.get(name, name.replace('-', '_')))}" not in whole
        and f"from {module}" not in whole
        and f'"{module}.' not in whole
    ]
    assert unused == []
    assert set(USED_BY_OTHERS) <= set(names)
    assert not {"odmlib", "slack-sdk", "slack_sdk", "msal"} & set(names)
