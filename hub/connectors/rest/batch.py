"""Several writes in one request: OData 4.01's JSON batch, as Microsoft Graph has it, too."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from hub.connectors.rest.client import Asked, Client, Refusal, Told
from hub.connectors.rest.config import Batch
from hub.domain.errors import RetryableError

Answer = Told | Refusal


def ask_all(client: Client, batch: Batch, name: str, several: Sequence[Asked]) -> list[Answer]:
    """Send *several* as one request and return what became of each, in their order; see `BulkTarget.push_all`.

    RetryableError or FatalError where the request as a whole had no answer.
    """
    requests = [_request(str(number), batch.prefix, one) for number, one in enumerate(several)]
    told = client.ask(Asked("POST", batch.path, {}, {}, {"requests": requests}))
    found = told.body.get("responses") if isinstance(told.body, dict) else None
    if not isinstance(found, list):
        raise RetryableError(f"{name}: the answer to {batch.path} has no list of responses")
    answers = {str(one.get("id")): one for one in found if isinstance(one, dict)}
    return [_answer(client, name, one, answers.get(str(number))) for number, one in enumerate(several)]


def _request(id: str, prefix: str, asked: Asked) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id, "method": asked.method, "url": prefix + asked.url, "headers": {**asked.headers}}
    if asked.body is not None:
        made["headers"]["Content-Type"] = "application/json"
        made["body"] = asked.body
    return made


def _answer(client: Client, name: str, asked: Asked, answer: Mapping[str, Any] | None) -> Answer:
    status = answer.get("status") if answer is not None else None
    if answer is None or not isinstance(status, int):
        return RetryableError(f"{name}: {asked.method} {asked.url} has no answer among those of its batch")
    told = answer.get("headers")
    headers = httpx2.Headers({str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {})
    if 200 <= status < 300:
        return Told(answer.get("body"), headers)
    return client.judged(asked, status, headers, json.dumps(answer.get("body")).encode())
