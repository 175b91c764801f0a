"""A repository of study definitions: each had by its id, and put back whole."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer, told


@dataclass
class Repository(Peer):
    """Definitions by id."""

    studies: dict[str, Any] = field(default_factory=dict)

    def page(self, asked: Asked) -> Answer:
        known = asked.path.removeprefix("/v4/studyDefinitions/")
        return told(200, self.studies[known]) if known in self.studies else told(404, {"detail": "no such study"})

    def _once(self, asked: Asked) -> Answer:
        known = asked.path.removeprefix("/v4/studyDefinitions/")
        self.studies[known] = json.loads(asked.body)
        self.taken.append((asked.method, known))
        return told(200, known)
