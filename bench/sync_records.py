"""The records that every contender of `bench/sync.py` moves: 20 fields, as lines of JSON, the same for a seed."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

FIELDS = (
    *("number", "name", "country", "status", "investigator"),
    *("city", "postal_code", "phone_prefix", "irb", "depot", "language", "currency", "time_zone"),
    *("planned_subjects", "screened", "enrolled", "completed", "activated_on", "visited_on", "updated"),
)
COUNTS = ("planned_subjects", "screened", "enrolled", "completed")
_COUNTRIES = ("DE", "AT", "PL", "JP", "BR", "US", "FR", "KR")
_STATES = ("identified", "selected", "initiated", "active", "on_hold", "closed")


def write(path: Path, count: int, *, seed: int = 1) -> None:
    """Write *count* records to *path*."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in records(count, seed=seed))


def records(count: int, *, seed: int = 1) -> Iterator[dict[str, str | int]]:
    """Return *count* sites with 20 fields each, `number` their key."""
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    for number in range(count):
        day = f"20{chance.randrange(20, 27)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        yield {
            "number": f"S{number:07}",
            "name": f"University Hospital {chance.randrange(10**6)}",
            "country": chance.choice(_COUNTRIES),
            "status": chance.choice(_STATES),
            "investigator": f"Dr. {chance.randrange(10**5)}",
            "city": f"City {chance.randrange(10**4)}",
            "postal_code": f"{chance.randrange(10**5):05}",
            "phone_prefix": f"+{chance.randrange(1, 99)}",
            "irb": f"IRB-{chance.randrange(10**4)}",
            "depot": f"Depot {chance.randrange(100)}",
            "language": chance.choice(("de", "en", "pl", "ja", "pt", "fr", "ko")),
            "currency": chance.choice(("EUR", "USD", "JPY", "PLN")),
            "time_zone": chance.choice(("Europe/Berlin", "Asia/Tokyo", "America/New_York")),
            "planned_subjects": chance.randrange(100),
            "screened": chance.randrange(100),
            "enrolled": chance.randrange(100),
            "completed": chance.randrange(100),
            "activated_on": day,
            "visited_on": day,
            "updated": f"{day}T08:00:00Z",
        }
