"""The DAGs without an Airflow: every route that they ask for is one of the hub's and answers with a job.

`make test-airflow` loads and runs them in a real one.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.people import quick_hub

ROOT = Path(__file__).resolve().parents[2]
DAGS = sorted((ROOT / "pipelines").glob("*.py"))


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    from hub.api.app import create_app

    hub = quick_hub(home=tmp_path_factory.mktemp("home"))
    paths = create_app(hub).openapi()["paths"]
    hub.close()
    return {re.sub(r"\{.*?\}", "{}", path).lstrip("/"): path_ for path, path_ in paths.items()}


def calls(tree: ast.AST, name: str) -> list[dict[str, ast.expr]]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
    return [{word.arg: word.value for word in one.keywords if word.arg} for one in found]


def test_there_is_one_for_each_thing_that_is_to_be_done_at_times():
    assert {path.stem for path in DAGS} == {
        "reconciliation", "backfill", "recordings", "retention", "model_evaluation", "audit_verification",
        "document_copies",
    }  # fmt: skip


@pytest.mark.parametrize("path", DAGS, ids=lambda path: path.stem)
def test_a_dag_only_asks_the_hub_and_only_for_jobs_that_it_has(path, routes):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the docstring is the operator's manual"
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= {"airflow.sdk", "liaison", "liaison.job"}, "wiring only"
    asked = calls(tree, "HubJobOperator")
    assert asked
    for one in asked:
        endpoint = re.sub(r"\{\{.*?\}\}", "{}", ast.literal_eval(one["endpoint"]))
        told = routes[endpoint]["post"]
        assert "202" in told["responses"], endpoint
        assert "idempotency-key" in {given["name"].lower() for given in told["parameters"]}, endpoint


def test_what_airflow_is_installed_from_is_pinned_by_hashes():
    lock = (ROOT / "pipelines" / "requirements.lock").read_text()
    pinned = re.findall(r"(?m)^(\S+)==\S+ \\\n +--hash=sha256:[0-9a-f]{64}", lock)
    assert {"apache-airflow", "apache-airflow-providers-http"} <= set(pinned)
    assert len(pinned) == len(re.findall(r"(?m)^\S+==", lock))
    assert "://" not in lock
