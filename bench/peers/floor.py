"""The floor of `bench/sync.py`: the least that keeps a record, an audit row and an outbox row. FILE DATABASE-URL.

Batches of a thousand, one transaction each, written by COPY and upserted; no ownership, no chain, no bus, no receiver.
"""

import json
import sys
from itertools import islice
from pathlib import Path

import psycopg

SETUP = """
CREATE TABLE sites (number text PRIMARY KEY, fields jsonb NOT NULL);
CREATE TABLE audit (seq bigserial PRIMARY KEY, at timestamptz DEFAULT now(), number text, new jsonb);
CREATE TABLE outbox (seq bigserial PRIMARY KEY, number text, body jsonb);
CREATE TEMPORARY TABLE come (number text, fields jsonb) ON COMMIT DELETE ROWS;
"""
TAKE = """
INSERT INTO sites SELECT number, fields FROM come ON CONFLICT (number) DO UPDATE SET fields = excluded.fields;
INSERT INTO audit (number, new) SELECT number, fields FROM come;
INSERT INTO outbox (number, body) SELECT number, fields FROM come;
"""

if __name__ == "__main__":
    with psycopg.connect(sys.argv[2]) as connection, Path(sys.argv[1]).open(encoding="utf-8") as lines:
        connection.execute(SETUP)
        connection.commit()
        while some := list(islice(lines, 1000)):
            with connection.cursor() as cursor:
                with cursor.copy("COPY come FROM STDIN") as copy:
                    for line in some:
                        copy.write_row((json.loads(line)["number"], line))
                cursor.execute(TAKE)
            connection.commit()
