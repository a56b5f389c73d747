"""Alembic's entry: run migrations on the engine the registry itself would use."""

from alembic import context

from registry.database import make_engine
from registry.models import Base

url = context.config.attributes["url"]
engine = make_engine(url)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
