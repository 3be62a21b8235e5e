"""What Alembic runs for every command: on the connection that the caller gives, in the caller's transaction."""

from __future__ import annotations

from alembic import context

from domain.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("models", metadata),
    compare_type=True,
    compare_server_default=True,
    process_revision_directives=context.config.attributes.get("process_revision_directives"),
)
context.run_migrations()
