"""What the OpenAPI description says beside the routes: problems, and the two ways to prove who one is."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hub.api.cookies import HEADER
from hub.api.problems import Problem


def describe(app: FastAPI) -> None:
    """Complete the description that *app* gives of itself."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            told = get_openapi(title=app.title, version=app.version, routes=app.routes)
            parts = told.setdefault("components", {})
            parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                parts["schemas"].pop(unused, None)
            parts["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-hub",
                    "description": f"Changes carry {HEADER} as well",
                },
            }
            told["security"] = [{"token": []}, {"session": []}]
            app.openapi_schema = told
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]  # FastAPI's own way to complete it
