"""An object store that speaks S3 (moto), served over TLS on this machine."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.certificates import make_certificates

KEY, SECRET = "object-key", "object-secret-91d2"  # of a store that lives as long as a test


@dataclass
class ObjectStore:
    """Where it is; `client` is a user of it beside the hub."""

    endpoint: str
    ca: Path
    client: Any
    _server: Any

    def stop(self) -> None:
        """Go away, as in an outage."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Serve a store with the bucket `trial` until the block ends."""
    made = make_certificates(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made / "server.pem", made / "server.key")
    server = make_server(
        "127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True, ssl_context=tls
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    endpoint = f"https://127.0.0.1:{server.server_port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        verify=str(made / "ca.pem"),
    )
    client.create_bucket(Bucket="trial")
    store = ObjectStore(endpoint, made / "ca.pem", client, server)
    try:
        yield store
    finally:
        for held in client.list_objects_v2(Bucket="trial").get("Contents", ()) if thread.is_alive() else ():
            client.delete_object(Bucket="trial", Key=held["Key"])
        client.close()
        if thread.is_alive():
            store.stop()
        thread.join(5)
