"""docker-compose.yml and Dockerfile against the hub: settings exist, secrets are files, nothing is forgotten."""

import importlib.util
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from cryptography import x509

from hub.cli.worker import DUTIES
from hub.connectors.references import secret_of
from hub.settings import Settings, load_settings
from tests.object_store import KEY, SECRET, object_store

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image", "").startswith("liaison-hub")}
KAFKA = (ROOT / "deploy" / "kafka.properties").read_text()


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deployment") / "secrets"
    subprocess.run([sys.executable, ROOT / "scripts" / "deployment-secrets", folder], check=True, capture_output=True)
    return folder


def settings_of(service: dict, secrets: Path, monkeypatch) -> Settings:
    for name, value in service["environment"].items():
        monkeypatch.setenv(name, str(value).replace("/run/secrets", str(secrets)))
    monkeypatch.delenv("HUB_CONFIG", raising=False)
    return load_settings()


def test_the_parts_of_a_deployment_are_there():
    assert {"kafka", "postgres", "objects", "relay", "worker", "api", "airflow"} <= set(SERVICES)


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_its_value_is_taken(name, secrets, monkeypatch):
    known = {f"HUB_{field.upper()}" for field in Settings.model_fields}
    assert set(OURS[name]["environment"]) <= known
    settings = settings_of(OURS[name], secrets, monkeypatch)
    assert (settings.bus, settings.blobs) == ("kafka", "s3")
    assert settings.database_url.startswith("postgresql+psycopg://hub:")
    assert "sslmode=verify-full" in settings.database_url
    assert settings.kafka_security == "SASL_SSL"


def test_the_parts_know_one_another_by_the_same_names_and_secrets(secrets, monkeypatch):
    settings = settings_of(SERVICES["worker"], secrets, monkeypatch)
    assert f"CLIENT://{settings.kafka_servers}" in KAFKA
    assert settings.s3_endpoint == "https://objects:8333"
    assert "-s3.port=8333" in SERVICES["objects"]["command"]
    [identity] = json.loads((secrets / "objects_accounts").read_text())["identities"]
    secret = settings.s3_secret.get_secret_value()
    assert identity["credentials"] == [{"accessKey": settings.s3_key, "secretKey": secret}]
    assert secret_of(f"file:{secrets}/postgres_password") in settings.database_url
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == "hub"
    start = (ROOT / "deploy" / "kafka-start").read_text()
    assert f"name={settings.kafka_username}," in start


def test_the_duties_of_all_workers_together_are_all_duties():
    commands = [SERVICES[name]["command"] for name in ("relay", "worker")]
    duties = [part for command in commands for part in command[1:] if part != "--duty"]
    assert sorted(duties) == sorted(DUTIES)


def test_no_password_is_in_the_files():
    for path in ("docker-compose.yml", "Dockerfile", *(f"deploy/{one.name}" for one in (ROOT / "deploy").iterdir())):
        text = (ROOT / path).read_text()
        assert not re.search(r"://[^\s:/@]+:[^\s@]+@", text), path
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|DATABASE", name):
                assert str(value).removeprefix("file:").startswith("/run/secrets/"), name
    ignored = (ROOT / ".gitignore").read_text().split()
    assert "/secrets/" in ignored
    assert (ROOT / ".dockerignore").read_text().split()[0] == "*"


def test_every_secret_is_made_by_the_script_and_used_by_a_service(secrets):
    named = {name: told["file"] for name, told in COMPOSE["secrets"].items()}
    assert {name: f"secrets/{name}" for name in named} == named
    assert set(named) == {path.name for path in secrets.iterdir()}
    used = {name for service in SERVICES.values() for name in service.get("secrets", ())}
    assert used == set(named)
    mentioned = re.findall(r"/run/secrets/(\w+)", (ROOT / "docker-compose.yml").read_text() + KAFKA)
    assert set(mentioned) <= set(named)
    for service in SERVICES.values():
        for name in re.findall(r"/run/secrets/(\w+)", json.dumps(service)):
            assert name in service["secrets"]


def test_secrets_once_made_stay_and_are_for_their_owner(secrets):
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    subprocess.run([sys.executable, ROOT / "scripts" / "deployment-secrets", secrets], check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700


def test_each_server_has_a_certificate_for_its_name(secrets):
    ca = x509.load_pem_x509_certificate((secrets / "ca").read_bytes())
    for name, file in (
        ("kafka", "kafka_keystore"),
        ("postgres", "postgres_certificate"),
        ("objects", "objects_certificate"),
    ):
        certificate = x509.load_pem_x509_certificates((secrets / file).read_bytes())[0]
        certificate.verify_directly_issued_by(ca)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert name in names.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_watched_and_started_in_order(name):
    service = SERVICES[name]
    assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", service["image"]), "a tag with a version, not latest"
    assert "healthcheck" in service
    assert "ports" not in service, "nothing is reachable from outside the host"
    for other, told in service.get("depends_on", {}).items():
        assert other in SERVICES
        wanted = "service_completed_successfully" if SERVICES[other].get("restart") == "no" else "service_healthy"
        assert told["condition"] == wanted


def test_what_must_last_lies_in_named_volumes():
    for name, path in (
        ("kafka", re.search(r"(?m)^log\.dirs=(.+)$", KAFKA)[1]),
        ("postgres", "/var/lib/postgresql/data"),
        ("objects", "/data"),
        ("worker", "/data"),
    ):
        mounts = dict(mount.split(":")[:2][::-1] for mount in SERVICES[name]["volumes"])
        assert mounts[path] in COMPOSE["volumes"], name


def test_airflow_meets_the_hub_where_it_listens_and_is_the_one_that_tests_run(secrets):
    connection = json.loads((secrets / "airflow_connection").read_text())
    assert (connection["host"], connection["port"]) == ("api", Settings.model_fields["port"].default)
    assert f":{connection['port']}/health/ready" in json.dumps(SERVICES["api"]["healthcheck"])
    pinned = re.search(r"(?m)^apache-airflow==(\S+)", (ROOT / "pipelines" / "requirements.lock").read_text())[1]
    assert SERVICES["airflow"]["image"].startswith(f"apache/airflow:{pinned}-python3.11")
    environment = SERVICES["airflow"]["environment"]
    assert f"./pipelines:{environment['AIRFLOW__CORE__DAGS_FOLDER']}:ro" in SERVICES["airflow"]["volumes"]
    assert "AIRFLOW_CONN_LIAISON_HUB" in (ROOT / "deploy" / "airflow-start").read_text()


def test_kafka_keeps_no_zookeeper():
    assert "zookeeper" not in json.dumps(COMPOSE).lower() + KAFKA.lower()
    assert "process.roles=broker,controller" in KAFKA


def test_the_brokers_version_is_the_one_that_tests_run_against():
    pom = (ROOT / "scripts" / "kafka" / "pom.xml").read_text()
    assert SERVICES["kafka"]["image"].endswith(":" + re.search(r"<kafka.version>(.+)</kafka.version>", pom)[1])


def test_the_image_has_what_the_set_up_installs():
    text, setup = (ROOT / "Dockerfile").read_text(), (ROOT / "scripts" / "setup").read_text()
    packages = re.search(r"packages=\((.*?)\)", setup, re.DOTALL)[1].split()
    assert all(re.search(rf"\s{re.escape(package)}\s", text) for package in packages)
    for line in re.findall(r"(?m)^COPY (?!--from)(.+)$", text):
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists()
            assert f"!{source}" in (ROOT / ".dockerignore").read_text().split()
    assert f"python:{sys.version_info[0]}.{sys.version_info[1]}." in text


def test_the_image_runs_as_nobody_special_writes_to_its_volume_alone_and_says_how_it_is():
    text = (ROOT / "Dockerfile").read_text()
    made = re.search(r"useradd --uid (\d+) --create-home --home-dir (\S+) hub", text)
    assert re.findall(r"(?m)^USER (.+)$", text) == [made[1]], "a number: what checks runAsNonRoot cannot look names up"
    assert made[1] != "0"
    assert re.search(rf"HUB_HOME={made[2]}\b", text)
    assert f"VOLUME {made[2]}" in text
    assert "PYTHONDONTWRITEBYTECODE=1" in text
    asked = json.loads(re.search(r"(?m)^HEALTHCHECK .* CMD (\[.+\])$", text)[1])
    assert asked[:2] == ["python", "-m"]
    assert importlib.util.find_spec(asked[2]) is not None


def test_nothing_is_written_outside_home_and_scratch(tmp_path):
    """The root of the image is read-only."""
    looked = """
import os, sys
allowed = tuple(sys.argv[1:3])
def hook(event, of):
    path = mode = None
    if event == "open" and isinstance(of[0], (str, bytes)) and of[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        path = os.fsdecode(of[0])
    elif event in ("os.mkdir", "os.rename", "os.remove"):
        path = os.fsdecode(of[0])
    if path and not os.path.abspath(path).startswith(allowed + ("/dev/", "/proc/")):
        print("WROTE", event, path, file=sys.stderr)
sys.addaudithook(hook)
from hub.cli.main import app
app(["users", "create", "ada@cro.example", "--name", "Ada Byron", "--organization", "CRO", "--by", "IT"], standalone_mode=False)
app(["audit", "verify"], standalone_mode=False)
app(["doctor"], standalone_mode=False)
"""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    scratch.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment = kept | {
        "HUB_HOME": str(home),
        "TMPDIR": str(scratch),
        "HOME": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", looked, home, scratch],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "WROTE" not in done.stderr, done.stderr
    assert (home / "hub.db").is_file(), done.stderr


def test_what_the_image_copies_is_enough_to_build_the_hub(tmp_path):
    for path in ("hub", "models", "pyproject.toml", "README.md"):
        (tmp_path / path).symlink_to(ROOT / path)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path / "out",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    [wheel] = (tmp_path / "out").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "hub/cli/main.py" in names
    assert "hub/_models/manifest.toml" in names


def test_the_bucket_is_made_once(tmp_path):
    with object_store(tmp_path / "store") as store:
        env = {
            **os.environ,
            "HUB_HOME": str(tmp_path),
            "HUB_S3_BUCKET": "recordings",
            "HUB_S3_ENDPOINT": store.endpoint,
            "HUB_S3_REGION": "us-east-1",
            "HUB_S3_KEY": KEY,
            "HUB_S3_SECRET": SECRET,
            "HUB_S3_CA": str(store.ca),
        }
        for _ in range(2):
            subprocess.run([sys.executable, ROOT / "deploy" / "make-bucket"], env=env, check=True)
        assert "recordings" in [bucket["Name"] for bucket in store.client.list_buckets()["Buckets"]]
        store.client.delete_bucket(Bucket="recordings")
