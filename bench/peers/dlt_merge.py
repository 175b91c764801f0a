"""dlt's part of `bench/sync.py`: lines of JSON merged into PostgreSQL by their key. FILE DATABASE-URL FOLDER."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dlt


def sites(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Return the records in lists of five thousand, as dlt's guide to performance asks."""
    page: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            page.append(json.loads(line))
            if len(page) == 5000:
                yield page
                page = []
    if page:
        yield page


if __name__ == "__main__":
    records, database, folder = sys.argv[1:]
    pipeline = dlt.pipeline(
        "sites",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(database),
        dataset_name="landed",
    )
    resource = dlt.resource(sites(Path(records)), name="sites", write_disposition="merge", primary_key="number")
    pipeline.run(resource).raise_on_failed_jobs()
