"""`hub serve`: the HTTP face, until it is told to stop."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from socket import socket

    from hub.api.limits import Levels
    from hub.bootstrap import Hub
    from hub.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HUB_HOST when not given")] = None,
    port: Annotated[int | None, typer.Option(help="Port; HUB_PORT when not given, 0 picks a free one")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that serve; several need PostgreSQL")] = 1,
) -> None:
    """Serve the pages, the API under /api/v1 and the webhooks. SIGTERM: answer what has come, then leave with 0."""
    import gc
    import importlib
    import socket

    from hub.cli.opening import opened
    from hub.cli.processes import kept_running
    from hub.domain.errors import FatalError, UsageError

    hub = opened()
    if workers > 1 and hub.settings.database_url.startswith("sqlite"):
        raise UsageError("--workers: several processes need PostgreSQL (HUB_DATABASE); SQLite is served by one")
    tls = _tls(hub.settings)
    where = (host or hub.settings.host, hub.settings.port if port is None else port)
    try:
        listening = socket.create_server(where, backlog=2048)
    except OSError as error:
        raise FatalError(
            f"{where[0]}:{where[1]}: cannot be listened on ({error.strerror}); choose another --port"
        ) from error
    with listening:
        form, senders = "https" if tls else "http", ", ".join(hub.senders) or "none"
        say(f"listening on {form}://{where[0]}:{listening.getsockname()[1]}; senders: {senders}")
        if workers == 1:
            _served(hub, listening, tls)
            return
        hub.close()  # each process opens its own: nothing of a connection is shared
        importlib.import_module("hub.api.app")  # loaded once for all of them
        # one limit for each asker, whichever process answers
        levels = importlib.import_module("hub.api.shared_levels").SharedLevels()
        gc.freeze()
        kept_running(workers, lambda: _served(opened(), listening, tls, levels))


def _served(hub: "Hub", listening: "socket", tls: dict[str, Any], levels: "Levels | None" = None) -> None:
    """Serve until SIGTERM."""
    import gc
    import signal

    import uvicorn

    from hub.api.app import create_app

    app = create_app(hub, levels=levels)
    # which server answers is nobody's business: a version with a hole is looked for by its name
    kept = {"access_log": False, "server_header": False, "timeout_graceful_shutdown": 20, **tls}
    config = uvicorn.Config(app, log_level="warning", **kept)
    gc.freeze()  # what is loaded stays: looking through it again would hold up a request now and then
    # uvicorn ends gracefully, then raises the signal once more: it is not to end the process with a failure
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    uvicorn.Server(config).run(sockets=[listening])
    hub.close()


def _tls(settings: "Settings") -> dict[str, Any]:
    """Return what uvicorn proves the hub's name with, nothing where a proxy does. UsageError for half of it."""
    import ssl

    from hub.domain.errors import UsageError

    certificate, key = settings.tls_certificate, settings.tls_key
    if (certificate is None) != (key is None):
        raise UsageError("HUB_TLS_CERTIFICATE and HUB_TLS_KEY belong together: give both or none")
    if certificate is None:
        return {}
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except OSError as error:  # an SSLError is one
        raise UsageError(f"{certificate}: no certificate with its key in {key} ({error.strerror or error})") from error
    return {"ssl_certfile": certificate, "ssl_keyfile": key}
