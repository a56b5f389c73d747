"""Bring a database to the newest form, with Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config

__all__ = ["configuration", "upgrade"]


def configuration(url: str) -> Config:
    """Give Alembic's configuration for a database; there is no alembic.ini to find."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Apply every migration that is missing; nothing happens when none is."""
    command.upgrade(configuration(url), "head")
