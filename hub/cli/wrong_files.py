"""Files of connections that connect nothing, told beside what is connected."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hub.cli.guard import FAILED, SET_ASIDE, say

if TYPE_CHECKING:
    from hub.bootstrap import Hub


def leave(hub: "Hub", folder: str, *, code: int = SET_ASIDE) -> None:
    """End with *code* where files of *folder* connect nothing, each named with what is wrong; go on where none does."""
    wrong = hub.wrong_files.get(folder, {})
    for why in wrong.values():
        say(why)
    if wrong:
        sys.exit(code)


def check_each(hub: "Hub", folder: str, checks: Mapping[str, Callable[[], None]], *, good: str) -> None:
    """Say of each connection whether it can be used; exit 1 where one cannot, or a file of *folder* connects none."""
    from hub.domain.errors import HubError

    failed = False
    for name, check in checks.items():
        try:
            check()
            say(f"{name}: {good}")
        except HubError as error:
            failed = True
            say(str(error))
    leave(hub, folder, code=FAILED)
    if failed:
        sys.exit(FAILED)
