"""One suite for every `LanguageModel`: the fake and an OpenAI-compatible server answer, fail and refuse the same."""

import time

import httpx2
import pytest

from hub.connectors.language_model.chat import Asking, ChatModel
from hub.domain.errors import FatalError, RejectedError, RetryableError
from tests.fakes import FakeLanguageModel
from tests.integration.test_language_model import says, server

SCHEMA = {"type": "object", "properties": {"items": {"type": "array"}}}
ITEMS = [{"kind": "action", "text": "Schicke es bis Freitag — «bald»"}]
TOO_LONG = b'"' + b"x" * 4096 + b'"'
WRONG = {
    "an outage": ((503, b"", {}, 0.0), RetryableError),
    "too many": ((429, b"", {"Retry-After": "3"}, 0.0), RetryableError),
    "no JSON": ((200, b"<html>", {}, 0.0), RejectedError),
    "no JSON in it": ((200, b'{"choices": [{"message": {"content": "Sure!"}}]}', {}, 0.0), RejectedError),
    "nothing": ((200, b"{}", {}, 0.0), RejectedError),
    "cut": (says([], ended="length"), RejectedError),
    "too long": ((200, TOO_LONG, {}, 0.0), RejectedError),
    "a wrong key": ((401, b"", {}, 0.0), FatalError),
    "another model": ((404, b"", {}, 0.0), FatalError),
    "a question it does not take": ((400, b"", {}, 0.0), RejectedError),
}


@pytest.fixture(params=["fake", "chat"])
def model(request):
    """Give what makes a model that meets these answers in turn, each as (served, raised or None)."""
    opened = []

    def made(*answers):
        if request.param == "fake":
            return FakeLanguageModel(
                [error("as the server says") if error else {"items": ITEMS} for _, error in answers]
            )
        serving = server([served for served, _ in answers])
        url, _ = serving.__enter__()
        http = httpx2.Client()
        opened.append((serving, http))
        asking = Asking(url, "local-model", "key-5b1d", most_bytes=2048, tries=1)
        return ChatModel(http, asking, clock=lambda: None, monotonic=time.monotonic, sleep=lambda _s: None)

    yield made
    for serving, http in opened:
        http.close()
        serving.__exit__(None, None, None)


def test_it_answers_with_the_json_value_itself(model):
    assert model((says(ITEMS), None)).answer("Find what was agreed.", "Anna: bald", schema=SCHEMA) == {"items": ITEMS}


@pytest.mark.parametrize("fault", WRONG)
def test_what_goes_wrong_is_named_after_what_to_do_and_the_next_question_is_answered(model, fault):
    served, error = WRONG[fault]
    asked = model((served, error), (says(ITEMS), None))
    with pytest.raises(error) as raised:
        asked.answer("Find what was agreed.", "Anna: bald", schema=SCHEMA)
    assert "\n" not in str(raised.value)
    assert "key-5b1d" not in str(raised.value)
    assert asked.answer("Find what was agreed.", "Anna: bald", schema=SCHEMA) == {"items": ITEMS}


def test_two_that_ask_one_model_have_one_fingerprint(model):
    assert model().fingerprint == model().fingerprint != ""
