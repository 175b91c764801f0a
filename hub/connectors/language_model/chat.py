"""A language model behind an OpenAI-compatible address: one question, one answer in JSON, bounded in time and size."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from hub.connectors.rest.waits import wait_of
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.fingerprint import fingerprint

_SETTLED = ("stop", None)


@dataclass(frozen=True, slots=True)
class Asking:
    """How the model is asked."""

    url: str  # up to and with /v1
    model: str
    key: str | None = None
    timeout_s: float = 60.0  # from the question to the end of the answer
    most_bytes: int = 1 << 20
    tries: int = 2
    longest_wait_s: float = 30.0  # a server that asks for more is not waited for


class ChatModel:
    """`LanguageModel` over `POST {url}/chat/completions` with a JSON Schema as the form of the answer."""

    def __init__(
        self,
        http: httpx2.Client,
        asking: Asking,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._http, self._asking = http, asking
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self.fingerprint = fingerprint("language-model", asking.model, 1)

    def answer(self, instructions: str, text: str, *, schema: Mapping[str, Any]) -> Any:
        """Return what the model answers; see `LanguageModel.answer`."""
        question = _question(self._asking.model, instructions, text, schema)
        for left in reversed(range(self._asking.tries)):
            try:
                return _said(self._sent(question))
            except RetryableError as error:
                wait_s = error.retry_after_s if error.retry_after_s is not None else 1.0
                if not left or wait_s > self._asking.longest_wait_s:
                    raise
                self._sleep(wait_s)
        raise AssertionError("the loop returns or raises")

    def _sent(self, question: Mapping[str, Any]) -> bytes:
        known = {"Authorization": f"Bearer {self._asking.key}"} if self._asking.key else {}
        until = self._monotonic() + self._asking.timeout_s
        try:
            with self._http.stream(
                "POST",
                f"{self._asking.url.rstrip('/')}/chat/completions",
                json=question,
                headers=known,
                timeout=self._asking.timeout_s,
            ) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if self._monotonic() > until:
                        raise RetryableError("the language model takes longer than HUB_LLM_TIMEOUT_S")
                    if len(content) > self._asking.most_bytes:
                        raise RejectedError("the language model answers more than can be read")
                self._judge(answer.status_code, answer.headers)
                return bytes(content)
        except httpx2.HTTPError as error:
            raise RetryableError(f"the language model does not answer ({type(error).__name__})") from error

    def _judge(self, status: int, headers: Mapping[str, str]) -> None:
        if 200 <= status < 300:
            return
        line = f"the language model answers with status {status}"
        if status in (408, 425, 429) or status >= 500:
            raise RetryableError(line, retry_after_s=wait_of(headers, self._clock()))
        if status in (401, 403, 404):
            raise FatalError(f"{line}: check HUB_LLM_URL, HUB_LLM_MODEL and HUB_LLM_KEY")
        raise RejectedError(line)


def _question(model: str, instructions: str, text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model": model,
        "temperature": 0,
        "messages": [{"role": "system", "content": instructions}, {"role": "user", "content": text}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}},
    }


def _said(content: bytes) -> Any:
    """Return the JSON value in the first choice of an answer."""
    try:
        choice = json.loads(content)["choices"][0]
        text, ended = choice["message"]["content"], choice.get("finish_reason")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise RejectedError("the language model's answer is not of the OpenAI form") from error
    if ended not in _SETTLED:
        raise RejectedError(f"the language model's answer was cut ({ended})")
    try:
        return json.loads(text)
    except (ValueError, RecursionError, TypeError) as error:
        raise RejectedError("the language model's answer holds no JSON") from error
