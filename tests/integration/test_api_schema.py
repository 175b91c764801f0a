"""The API against its own description: requests made from it at random, and no answer outside of it, nor a 5xx."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hub.domain.people import EVERY, Grant, Role
from tests.people import MORNING, idle_jobs, quick_hub, served
from tests.world import furnish, token_of

EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    hub = idle_jobs(quick_hub(home=tmp_path_factory.mktemp("schema"), clock=lambda: MORNING))
    made = furnish(hub)
    with served(hub) as client:
        yield made, client


def every_right(hub):
    roles = [role for role in Role if role is not Role.INSPECTOR]
    return token_of(
        hub,
        f"all{len(hub.desk.accounts.accounts())}@people.example",
        *(Grant(role, EVERY, unblinded=True) for role in roles),
    )


def tried(client, operation, *, mode, token, known):
    """Send requests for one operation and hold every answer against the description; return how many."""
    asked = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), there=st.booleans())
    def run(case, there):
        asked.append(1)
        if there and known and "id" in case.path_parameters:
            case.path_parameters["id"] = known
        sent = case.as_transport_kwargs(base_url="http://testserver")
        sent["headers"] = {**sent.get("headers", {}), "Authorization": f"Bearer {token}"}
        sent.pop("cookies", None)
        if isinstance(sent.get("data"), str | bytes):
            sent["content"] = sent.pop("data")
        case.validate_response(client.request(**sent), checks=CHECKS)

    run()
    return len(asked)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
def test_no_request_is_answered_outside_of_the_description(world, mode):
    made, client = world
    schema, token = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json()), every_right(made.hub)
    asked, wrong = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        known = made.ids.get(operation.path.split("/")[3])
        try:
            asked += tried(client, operation, mode=mode, token=token, known=known)
        except Exception as error:  # all of them are worth a line, not only the first
            wrong.append(f"{operation.label}: {error}")
    assert not wrong, "\n\n".join(wrong)
    assert asked > 300
