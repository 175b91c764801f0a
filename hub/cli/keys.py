"""`hub keys`: the keys that secrets are encrypted under at rest are changed."""

from typing import Annotated

import typer

from hub.cli.guard import say

app = typer.Typer(no_args_is_help=True, help="Keys that kept tokens and second factors are encrypted under.")


@app.callback()
def keys() -> None:
    """Keep the command a group: more than one verb may stand here."""


@app.command("rotate")
def rotate(by: Annotated[str, typer.Option(help="Who does this; stands in the audit trail")]) -> None:
    """Encrypt all that is kept under a new key, then forget the old one. Stop `hub serve` and `hub worker` before.

    With HUB_TOKEN_KEYS the new key is yours to put first there; this brings all that is kept under it, and says when
    the others may go.
    """
    from hub.cli.opening import opened
    from hub.domain.audit import Entry
    from hub.storage.cipher import add_key, leave_newest, open_cipher
    from hub.storage.rekeying import rekey

    hub = opened()
    given, file = hub.settings.token_keys, hub.settings.home / "keys" / "tokens.key"
    # 1 a new key, beside the one that all is under yet: an end in between leaves both
    if given is None:
        add_key(file)
    cipher = open_cipher(given.get_secret_value() if given else None, file)
    # 2 all under the new one
    why = "kept secrets are under the newest key"
    told = Entry(hub.clock(), by, "keys", "tokens", "rotated", None, None, why, "", "")
    count = rekey(hub.database, cipher, audit=[told])
    # 3 the old one forgotten
    if given is None:
        leave_newest(file)
        say(f"{count} secrets are under a new key and the old one is gone; take a backup")
    else:
        say(f"{count} secrets are under the first key of HUB_TOKEN_KEYS; the others may go")
