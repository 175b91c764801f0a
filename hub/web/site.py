"""The pages, as part of the application that serves the hub."""

from fastapi import FastAPI


def attach(app: FastAPI) -> None:
    """Add the pages to *app*, whose state holds the hub."""
    del app
