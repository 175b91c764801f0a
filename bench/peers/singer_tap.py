"""A Singer tap for `bench/sync.py`: lines of JSON as RECORD messages. FILE."""

import json
import sys
from pathlib import Path

COUNTS = ("planned_subjects", "screened", "enrolled", "completed")

if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        first = json.loads(next(lines))
        kinds = {name: {"type": ["integer" if name in COUNTS else "string", "null"]} for name in first}
        schema = {"type": "object", "properties": kinds}
        told = {"type": "SCHEMA", "stream": "sites", "schema": schema, "key_properties": ["number"]}
        sys.stdout.write(json.dumps(told) + "\n")
        lines.seek(0)
        for line in lines:
            sys.stdout.write(f'{{"type": "RECORD", "stream": "sites", "record": {line.rstrip()}}}\n')
    sys.stdout.write('{"type": "STATE", "value": {"done": true}}\n')
