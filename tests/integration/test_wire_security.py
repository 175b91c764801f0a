"""Kafka with TLS and SCRAM, PostgreSQL with TLS: real servers, with certificates made here."""

import gc
import logging
import shutil
import tempfile
import uuid
import warnings
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from hub.bootstrap import build
from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.bus import KafkaBus, Layout
from hub.connectors.kafka.consumer import Patience
from hub.domain.errors import FatalError, HubError, UsageError
from hub.domain.messages import Message
from hub.settings import load_settings
from hub.storage.engine import open_engine
from tests.certificates import make_certificates
from tests.services import Services, started

QUICK = Patience(connect_s=0.5, request_s=2, publish_s=2, session_s=3, stall_s=2)


@pytest.fixture(autouse=True)
def _sockets_left_over():
    yield
    # kafka-python leaves the sockets of connections that failed half-way to the garbage collector
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="module")
def certificates():
    """`ours` signed the servers' certificate; `theirs` is an authority that nobody here has heard of."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-certificates-"))
    yield {name: make_certificates(folder / name) for name in ("ours", "theirs")}
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def secured(certificates):
    yield from started("--tls", certificates["ours"])


@pytest.fixture
def address(secured, certificates) -> KafkaAddress:
    return KafkaAddress(
        (secured.addresses["kafka"],),
        security_protocol="SASL_SSL",
        username=secured.addresses["kafka_username"],
        password=secured.addresses["kafka_password"],
        ca_file=str(certificates["ours"] / "ca.pem"),
    )


@pytest.fixture
def topic() -> str:
    return f"records-{uuid.uuid4().hex[:8]}"


def refused(address: KafkaAddress, error: type[HubError], words: str) -> str:
    """Hold that neither side of the bus gets in, and return what the publisher was told."""
    bus = KafkaBus(address, layout=Layout(partitions=1), patience=QUICK)
    with pytest.raises(error, match=words) as told:
        bus.publish([Message("m1", "records", "k", {}, b"confidential")])
    with pytest.raises(error, match=words):
        bus.consume("records", "readers", lambda partition: None).poll(1, 0.1)
    bus.close()
    return str(told.value)


def test_the_hubs_own_settings_carry_messages_over_tls_under_a_scram_user(secured, certificates, home, topic):
    hub = build(
        load_settings(
            bus="kafka",
            kafka_servers=secured.addresses["kafka"],
            kafka_username=secured.addresses["kafka_username"],
            kafka_password=secured.addresses["kafka_password"],
            kafka_ca=certificates["ours"] / "ca.pem",
            kafka_replication=1,
        )
    )
    assert hub.settings.kafka_security == "SASL_SSL"
    sent = [Message(f"m{number}", topic, f"k{number % 3}", {}, b"%d" % number) for number in range(50)]
    hub.bus.publish(sent)
    member = hub.bus.consume(topic, "readers", lambda partition: None)
    found = [one for _ in range(50) for one in member.poll(500, 0.2)]
    member.close()
    hub.bus.close()
    assert sorted(one.message.id for one in found) == sorted(message.id for message in sent)


def test_a_wrong_password_is_told_to_a_person_and_shown_to_nobody(address, caplog):
    caplog.set_level(logging.INFO)
    wrong = replace(address, password=f"not-{address.password}")
    told = refused(wrong, FatalError, "check HUB_KAFKA_USERNAME, HUB_KAFKA_PASSWORD")
    assert address.password not in told + caplog.text + repr(wrong)


def test_a_user_nobody_knows_does_not_get_in(address):
    refused(replace(address, username="stranger"), HubError, "check .*HUB_KAFKA_USERNAME")


def test_a_broker_with_the_certificate_of_another_authority_is_not_believed(address, certificates):
    theirs = replace(address, ca_file=str(certificates["theirs"] / "ca.pem"))
    refused(theirs, FatalError, "certificate verify failed.*check HUB_KAFKA_CA")
    refused(replace(address, ca_file=None), FatalError, "certificate verify failed.*check HUB_KAFKA_CA")


def test_a_broker_under_a_name_that_its_certificate_does_not_hold_is_not_believed(address):
    elsewhere = tuple(server.replace("127.0.0.1", "localhost") for server in address.servers)
    refused(replace(address, servers=elsewhere), FatalError, "HUB_KAFKA_SERVERS")


def test_a_file_of_certificates_that_is_not_there_or_holds_none_is_named(address, tmp_path):
    refused(replace(address, ca_file=str(tmp_path / "none.pem")), FatalError, "none.pem: No such file")
    (tmp_path / "empty.pem").write_text("no certificate\n")
    refused(replace(address, ca_file=str(tmp_path / "empty.pem")), FatalError, "check HUB_KAFKA_CA")


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT", "SSL"])
def test_a_hub_that_asks_for_less_security_than_the_broker_does_not_get_in(address, protocol):
    refused(replace(address, security_protocol=protocol), HubError, "HUB_KAFKA_SECURITY")


def test_a_scram_address_without_user_or_password_is_wrong_before_anything_is_asked():
    for given in ({}, {"username": "hub"}, {"password": "secret"}):
        with pytest.raises(UsageError, match="asks for HUB_KAFKA_USERNAME and HUB_KAFKA_PASSWORD"):
            KafkaAddress(("127.0.0.1:1",), security_protocol="SASL_SSL", **given)


def test_the_database_is_reached_over_tls_by_a_server_who_proves_its_name(secured, certificates):
    engine = open_engine(database(secured, sslmode="verify-full", sslrootcert=certificates["ours"] / "ca.pem"))
    with engine.connect() as connection:
        asked = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        encrypted, version = connection.exec_driver_sql(asked).one()
    engine.dispose()
    assert encrypted
    assert version in ("TLSv1.2", "TLSv1.3")


def test_a_database_of_another_authority_is_not_believed(secured, certificates):
    with pytest.raises(HubError, match="certificate verify failed"):
        open_engine(database(secured, sslmode="verify-full", sslrootcert=certificates["theirs"] / "ca.pem"))


def test_a_database_under_a_name_that_its_certificate_does_not_hold_is_not_believed(secured, certificates):
    with pytest.raises(HubError, match="localhost"):
        open_engine(
            database(secured, host="localhost", sslmode="verify-full", sslrootcert=certificates["ours"] / "ca.pem")
        )


def test_the_database_takes_nobody_without_tls(secured):
    with pytest.raises(HubError, match="no encryption"):
        open_engine(database(secured, sslmode="disable"))
    server = make_url(secured.addresses["postgres"])
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(
            host=server.host, port=server.port, user=server.username, password=server.password, sslmode="disable"
        )


def database(secured: Services, *, host: str = "127.0.0.1", **asked: object) -> str:
    """Return the address of the secured database with libpq's options *asked*."""
    options = {name: str(value) for name, value in asked.items()}
    return make_url(secured.addresses["postgres"]).set(host=host, query=options).render_as_string(hide_password=False)
