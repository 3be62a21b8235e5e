"""The command line: `tandem`."""

from api.cli.main import main

__all__ = ["main"]
