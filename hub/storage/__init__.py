"""How the hub remembers: tables, migrations, blobs and stage results."""
