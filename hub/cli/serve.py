"""`hub serve`: the HTTP face, until it is told to stop."""

from typing import Annotated

import typer

from hub.cli.guard import say


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HUB_HOST when not given")] = None,
    port: Annotated[int | None, typer.Option(help="Port; HUB_PORT when not given, 0 picks a free one")] = None,
) -> None:
    """Serve the pages, the API under /api/v1 and the webhooks. SIGTERM: answer what has come, then leave with 0."""
    import gc
    import signal
    import socket

    import uvicorn

    from hub.api.app import create_app
    from hub.cli.opening import opened
    from hub.domain.errors import FatalError

    hub = opened()
    app = create_app(hub)
    where = (host or hub.settings.host, hub.settings.port if port is None else port)
    try:
        listening = socket.create_server(where, backlog=2048)
    except OSError as error:
        raise FatalError(
            f"{where[0]}:{where[1]}: cannot be listened on ({error.strerror}); choose another --port"
        ) from error
    with listening:
        say(f"listening on http://{where[0]}:{listening.getsockname()[1]}; senders: {', '.join(hub.senders) or 'none'}")
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=20)
        gc.freeze()  # what is loaded stays: looking through it again would hold up a request now and then
        # uvicorn ends gracefully, then raises the signal once more: it is not to end the process with a failure
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        uvicorn.Server(config).run(sockets=[listening])
    hub.close()
