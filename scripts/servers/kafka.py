"""Kafka brokers without ZooKeeper: each is broker and controller, three of them survive the loss of one."""

import fcntl
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from processes import ServiceError, end, free_ports, last_lines, spawn
from processes import running as running_process

_HERE = Path(__file__).resolve().parent.parent / "kafka"
_START_S = 60
_USER = "hub"

_SETTINGS = """
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=CLIENT://127.0.0.1:{client},INTERNAL://127.0.0.1:{internal},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=CLIENT://127.0.0.1:{client},INTERNAL://127.0.0.1:{internal}
inter.broker.listener.name=INTERNAL
listener.security.protocol.map=CLIENT:{protocol},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor={copies}
min.insync.replicas={in_sync}
offsets.topic.num.partitions=4
offsets.topic.replication.factor={copies}
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={in_sync}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={in_sync}
# small tests: join at once, notice a lost member or broker soon, and leave memory to others
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.cleaner.dedupe.buffer.size=16777216
"""

_SECURED = """
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.ssl.keystore.type=PEM
listener.name.client.ssl.keystore.location={keystore}
"""


def start(folder: Path, *, brokers: int, tls: Path | None) -> dict[str, object]:
    """Set *brokers* up under *folder* and start them, without waiting; returns the addresses and credentials."""
    jars = fetch_jars()
    ports = free_ports(3 * brokers)
    clients, password = ports[:brokers], secrets.token_urlsafe(18)
    for node in range(1, brokers + 1):
        _write_settings(folder, node, ports, brokers=brokers, tls=tls)
    _format(folder, brokers, jars, password=password if tls else None)
    for node in range(1, brokers + 1):
        _spawn(folder, f"broker{node}", jars)
    addresses: dict[str, object] = {"kafka": ",".join(f"127.0.0.1:{port}" for port in clients)}
    if tls:
        addresses |= {"kafka_username": _USER, "kafka_password": password}
    return addresses


def wait_until_started(folder: Path, names: list[str]) -> None:
    """Return once the brokers *names* take part; ServiceError with the end of the log where one does not."""
    for name in names:
        _wait(folder, name)


def running(folder: Path) -> dict[str, bool]:
    """Return for each broker under *folder* whether it runs."""
    return {path.name: running_process(path / "pid") is not None for path in sorted(folder.glob("broker?"))}


def stop_all(folder: Path) -> None:
    """End every broker; what they were told stays on their disks."""
    names = [name for name, runs in running(folder).items() if runs]
    # a lone broker stops cleanly; of several, the last ones would wait for a majority that is gone
    for name in names:
        end(folder / name / "pid", patience_s=5 if len(names) == 1 else 0)


def stop(folder: Path, name: str) -> None:
    """Stop one broker as an operator does."""
    end(_known(folder, name) / "pid", patience_s=20)


def kill(folder: Path, name: str) -> None:
    """End one broker with SIGKILL."""
    end(_known(folder, name) / "pid", patience_s=0)


def restart(folder: Path, name: str) -> None:
    """Bring one broker up again on its port and data, without waiting."""
    stop(folder, name)
    _spawn(folder, name, fetch_jars())


def fetch_jars() -> Path:
    """Return the folder of the broker's jars, fetched once by Maven for all checkouts of this user."""
    version = re.search(r"<kafka.version>(.+)</kafka.version>", (_HERE / "pom.xml").read_text()).group(1)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "liaison-hub"
    jars = cache / f"kafka-{version}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    for command, package in (("java", "openjdk-17-jre-headless"), ("mvn", "maven")):
        if not shutil.which(command):
            raise ServiceError(f"{command} is missing; install it: apt-get install {package}")
    with tempfile.TemporaryDirectory(dir=jars.parent) as scratch:
        shutil.copy(_HERE / "pom.xml", scratch)
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={scratch}/jars"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            told = " / ".join(done.stdout.splitlines()[:3])
            raise ServiceError(f"Maven could not fetch the jars of Kafka: {told}")
        Path(scratch, "jars").rename(jars)


def _write_settings(folder: Path, node: int, ports: list[int], *, brokers: int, tls: Path | None) -> None:
    own = folder / f"broker{node}"
    own.mkdir(mode=0o700)
    clients, internals, controllers = ports[:brokers], ports[brokers : 2 * brokers], ports[2 * brokers :]
    settings = _SETTINGS.format(
        node=node,
        voters=",".join(f"{n}@127.0.0.1:{port}" for n, port in enumerate(controllers, 1)),
        client=clients[node - 1],
        internal=internals[node - 1],
        controller=controllers[node - 1],
        protocol="SASL_SSL" if tls else "PLAINTEXT",
        data=own / "data",
        copies=brokers,
        in_sync=2 if brokers == 3 else 1,
    )
    if tls:
        keystore = own / "keystore.pem"
        keystore.write_text((tls / "server.key").read_text() + (tls / "server.pem").read_text())
        settings += _SECURED.format(keystore=keystore)
    (own / "server.properties").write_text(settings)


def _format(folder: Path, brokers: int, jars: Path, *, password: str | None) -> None:
    """Format the disk of the first broker and give the others a copy under their own ids: one Java start for all."""
    command = [_java(), "-Xmx64m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format"]
    command += ["-t", _kafka_id(), "-c", str(folder / "broker1" / "server.properties")]
    if password:
        command += ["--add-scram", f"SCRAM-SHA-512=[name={_USER},password={password}]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServiceError(f"Kafka could not format its disk: {' / '.join(done.stderr.splitlines()[-3:])}")
    for node in range(2, brokers + 1):
        data = folder / f"broker{node}" / "data"
        shutil.copytree(folder / "broker1" / "data", data)
        meta = (data / "meta.properties").read_text()
        meta = re.sub(r"(?m)^node\.id=.*$", f"node.id={node}", meta)
        meta = re.sub(r"(?m)^directory\.id=.*$", f"directory.id={_kafka_id()}", meta)
        (data / "meta.properties").write_text(meta)


def _spawn(folder: Path, name: str, jars: Path) -> None:
    own = folder / name
    (own / "log").write_text("")  # so that what it says of its start is of this one
    command = [
        _java(),
        "-Xms96m",
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",  # it moves bytes for minutes: compiling itself twice takes more than that saves
        f"-Dlog4j2.configurationFile=file:{_HERE}/log4j2.xml",
    ]
    command += ["-cp", f"{jars}/*", "kafka.Kafka", str(own / "server.properties")]
    spawn(command, log=own / "log", pid=own / "pid")


def _wait(folder: Path, name: str) -> None:
    own = _known(folder, name)
    until = time.monotonic() + _START_S
    while "Kafka Server started" not in (own / "log").read_text(errors="replace"):
        if running_process(own / "pid") is None or time.monotonic() > until:
            raise ServiceError(f"{name} did not start: {last_lines(own / 'log', 2)}")
        time.sleep(0.05)


def _known(folder: Path, name: str) -> Path:
    own = folder / name
    if not (own / "server.properties").is_file():
        raise ServiceError(f"{folder}: has no {name}")
    return own


def _java() -> str:
    java = shutil.which("java")
    if not java:
        raise ServiceError("java is missing; install it: apt-get install openjdk-17-jre-headless")
    return java


def _kafka_id() -> str:
    """Return a random id as Kafka writes them: 22 URL-safe characters that do not begin with a dash."""
    while (text := secrets.token_urlsafe(16)).startswith("-"):
        pass
    return text
