"""Run by Alembic: applies the migrations over the connection that `hub.storage.engine` hands in."""

from alembic import context

from hub.storage.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
