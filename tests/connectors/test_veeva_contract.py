"""The Veeva connector keeps the contract against a vault that pages, expires, fails with 200 and deletes."""

import pytest

from hub.connectors.veeva.system import open_veeva
from hub.domain.changes import Capabilities
from tests.connectors.http_contract import NOW, HttpTargetContract, paced
from tests.connectors.peer import running
from tests.connectors.vendors.veeva import USER, VAULT_ID, VaultServer

YAML = f"""
connector: veeva
name: vault
address: ADDRESS
vault_id: {VAULT_ID}
timeout_s: 0.4
page_size: 3
overlap_s: 0
sign_in: {{user: {USER}, password: env:VAULT_PASSWORD}}
kinds:
  action_item:
    object: action_item__c
    fields: {{title: {{field: name__v, required: true}}}}
"""


class TestVeeva(HttpTargetContract):
    capabilities = Capabilities(complete_listing=True, deletes=True, versions=True, writable=frozenset({"action_item"}))
    renews = True

    @pytest.fixture
    def world(self):
        with running(VaultServer()) as vault:
            yield vault

    @pytest.fixture
    def opened(self, world, monkeypatch, request):
        monkeypatch.setenv("VAULT_PASSWORD", world.password)
        made = []

        def build():
            made.append(open_veeva(paced(YAML, request).replace("ADDRESS", world.address), clock=lambda: NOW))
            return made[-1]

        yield build
        for one in made:
            one.close()
