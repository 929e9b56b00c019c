"""Runs the migrations on the connection that `database.migrate` hands over, in one transaction."""

from alembic import context

from edge_runtime.records.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
context.run_migrations()
