"""Start and stop a real Kafka and a real PostgreSQL for tests, on free ports of this machine only.

`start DIR` makes both under DIR, prints their addresses as JSON and writes them to DIR/services.json (mode 600: it
holds the passwords, which are made there). `kill DIR broker1` ends a broker as a crash would, `kill DIR postgres` stops
PostgreSQL with immediate, `restart DIR NAME...` brings them up again on the same ports and data: brokers that have all
been down need each other, so name them together. Standard library only.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import kafka
import postgres
from processes import ServiceError


def main() -> int:
    """Do what the command line says; 1 and a line on stderr where that fails."""
    asked = _parser().parse_args()
    # the server of the database runs as another user, and comes as far as its own folder
    folder = Path(os.path.abspath(asked.folder))  # noqa: PTH100  # resolve() would leave the name the caller knows
    try:
        return asked.do(folder, asked)
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr)
        return 1


def start(folder: Path, asked: argparse.Namespace) -> int:
    """Start what is asked for; where one does not come up, none stays."""
    if (folder / "services.json").exists():
        raise ServiceError(f"{folder}: has services already; stop them first")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    addresses: dict[str, object] = {}
    try:
        if asked.only in (None, "kafka"):
            addresses |= kafka.start(folder, brokers=asked.brokers, tls=asked.tls)
        if asked.only in (None, "postgres"):
            addresses |= postgres.start(folder, tls=asked.tls)
        # brokers come up while the database does
        kafka.wait_until_started(folder, list(kafka.running(folder)))
    except BaseException:
        _end(folder)
        raise
    text = json.dumps(addresses, indent=1)
    kept = folder / "services.json"
    kept.touch(mode=0o600)
    kept.write_text(text + "\n")
    print(text)
    return 0


def stop(folder: Path, asked: argparse.Namespace) -> int:
    """End the services named, or all of them; data stays until the folder is removed."""
    for name in asked.names:
        _module(name).stop(folder, name)
    if not asked.names:
        _end(folder)
        (folder / "services.json").unlink(missing_ok=True)
    return 0


def kill(folder: Path, asked: argparse.Namespace) -> int:
    """End services at once, as a crash would."""
    for name in asked.names:
        _module(name).kill(folder, name)
    return 0


def restart(folder: Path, asked: argparse.Namespace) -> int:
    """Bring services up again, ending them first where they still run."""
    for name in asked.names:
        _module(name).restart(folder, name)
    kafka.wait_until_started(folder, [name for name in asked.names if name != "postgres"])
    return 0


def status(folder: Path, asked: argparse.Namespace) -> int:
    """Print which services run; 1 when one of them does not."""
    del asked
    running = kafka.running(folder) | postgres.running(folder)
    print(json.dumps(running, indent=1))
    return 0 if running and all(running.values()) else 1


def _end(folder: Path) -> None:
    kafka.stop_all(folder)
    if any(postgres.running(folder).values()):
        postgres.stop(folder, "postgres")


def _module(name: str):  # one of two modules with the same functions
    return postgres if name == "postgres" else kafka


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/services", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="start|stop|status|kill|restart")
    for do, named in ((start, None), (stop, "*"), (status, None), (kill, "+"), (restart, "+")):
        command = commands.add_parser(do.__name__, help=do.__doc__)
        command.set_defaults(do=do)
        if do is start:
            command.add_argument("--brokers", type=int, choices=(1, 3), default=1)
            command.add_argument("--only", choices=("kafka", "postgres"))
            command.add_argument(
                "--tls", type=Path, metavar="CERTS", help="a folder with ca.pem, server.pem and server.key (PKCS#8)"
            )
        command.add_argument("folder", metavar="DIR")
        if named:
            command.add_argument("names", nargs=named, metavar="NAME", help="broker1, broker2, broker3 or postgres")
    return parser


if __name__ == "__main__":
    sys.exit(main())
