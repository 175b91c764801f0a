"""EDC, CTMS, ODM and feeds under the faults of their servers: outages with their waits, limits, nonsense, echoed secrets.

Items of a wrong shape are those of JSON in this suite; `test_wrecks` mangles those of every connector a hundredfold.
"""

import pytest

from hub.connectors.clinical_one.config import read_config as read_one
from hub.connectors.clinical_one.system import ClinicalOneSystem
from hub.connectors.feeds.config import read_config as read_feeds
from hub.connectors.feeds.notices import known_as
from hub.connectors.feeds.system import FeedsSystem
from hub.connectors.odm.config import read_config as read_odm
from hub.connectors.odm.definitions import UsdmSystem
from hub.connectors.odm.definitions import read_config as read_usdm
from hub.connectors.odm.system import OdmSystem
from hub.connectors.openclinica import four, libre
from hub.connectors.redcap import config as redcap_config
from hub.connectors.redcap.system import RedcapSystem
from hub.connectors.siebel import system as siebel_system
from hub.domain.changes import Capabilities
from tests.connectors import grounds, test_clinical_one, test_edc_contracts, test_feeds, test_odm, test_usdm
from tests.connectors.http_contract import NOW, OUTAGES, HttpSourceContract, paced
from tests.connectors.peer import running
from tests.connectors.vendors.clinical_one import ClinicalOne
from tests.connectors.vendors.libreclinica import STUDY, LibreClinica
from tests.connectors.vendors.odm import OdmPartner
from tests.connectors.vendors.redcap import Redcap
from tests.connectors.vendors.regulator import Regulator
from tests.connectors.vendors.siebel import Siebel
from tests.connectors.vendors.usdm import STUDIES, Sites


class Posted:
    """A peer whose lists are asked for by POST."""

    def step(self, asked):
        return "list"


class RedcapLists(Posted, Redcap):
    """Of ids, and of records."""


class SiebelLists(Posted, Siebel):
    """Of sites."""


class LibreLists(Posted, LibreClinica):
    """Of studies."""


class Notices(Regulator):
    """Of the FDA, by the ids that the hub gives them."""

    def shown_id(self, number):
        return known_as("FDA", f"N-{number}")

    def number(self, id):
        return next(number for number in self.rows if self.shown_id(number) == id)


class Faulty(HttpSourceContract):
    """What they have in common; *text* is a YAML that says `timeout_s: 20`."""

    kind = "site"
    field = "name"
    capabilities = Capabilities()

    @pytest.fixture
    def world(self, monkeypatch):
        with running(self.peer()) as peer:
            monkeypatch.setenv("SECRET", peer.password)
            yield peer

    @pytest.fixture
    def opened(self, world, request):
        made = []

        def build():
            text = paced(self.text.replace("timeout_s: 20", "timeout_s: 0.4"), request)
            made.append(self.system(text.format(address=world.address, study=STUDY)))
            return made[-1]

        yield build
        for one in made:
            one.close()


class TestRedcap(Faulty):
    capabilities = Capabilities(writable=frozenset({"subject_status"}))
    kind, field, text, peer = "subject_status", "subject_number", test_edc_contracts.REDCAP, RedcapLists
    test_an_item_of_the_wrong_shape_is_set_aside_and_the_others_come = None
    test_a_place_in_the_list_that_the_peer_has_forgotten_is_no_end = None  # there are no places, records have ids

    def system(self, text):
        return RedcapSystem(redcap_config.read_config(text), lambda: NOW)


class TestSiebel(Faulty):
    capabilities = Capabilities(writable=frozenset({"subject_status"}))
    text, peer = test_edc_contracts.SIEBEL, SiebelLists

    def system(self, text):
        return siebel_system.SiebelSystem(siebel_system.read_config(text), lambda: NOW)


class TestClinicalOne(Faulty):
    capabilities = Capabilities(versions=True)
    text, peer, renews = test_clinical_one.NAMED, ClinicalOne, True

    def system(self, text):
        return ClinicalOneSystem(read_one(text), lambda: NOW)


class TestUsdm(Faulty):
    text = test_usdm.YAML.replace("{studies}", ", ".join(STUDIES)).replace("write: true\n", test_usdm.BASIC)
    peer = Sites
    test_a_place_in_the_list_that_the_peer_has_forgotten_is_no_end = (
        None  # there are none: a definition is had by its id
    )

    def system(self, text):
        return UsdmSystem(read_usdm(text), lambda: NOW)


class OneAnswer(Faulty):
    """Lists that come whole: nothing is asked for between two pages, and nothing told again that has not changed."""

    test_an_item_of_the_wrong_shape_is_set_aside_and_the_others_come = None
    test_a_place_in_the_list_that_the_peer_has_forgotten_is_no_end = None
    test_a_list_that_moves_between_two_pages_loses_nothing = None

    takes_what_came = False
    """Of an answer that was cut; the rest is asked for again."""

    @pytest.mark.parametrize("name", OUTAGES)
    def test_an_outage_is_told_with_its_wait_and_loses_nothing(self, world, opened, name):
        if name == "truncated" and self.takes_what_came:
            name = "503"
        super().test_an_outage_is_told_with_its_wait_and_loses_nothing(world, opened, name, 0)


class TestLibreClinica(OneAnswer):
    text, peer = test_edc_contracts.LIBRE, LibreLists

    def system(self, text):
        return libre.LibreSystem(libre.read_config(text), lambda: NOW)


class TestOdm(OneAnswer):
    text, peer = test_odm.YAML, OdmPartner

    def system(self, text):
        return OdmSystem(read_odm(text), lambda: NOW)


class TestOpenClinica4(OneAnswer):
    text, peer, renews = test_edc_contracts.FOUR, staticmethod(grounds.clinica), True

    def system(self, text):
        return four.system_of(four.read_config(text), lambda: NOW)


class TestFeeds(OneAnswer):
    text, peer = test_feeds.HEAD + test_feeds.RSS + "robots: false\n", Notices
    kind, field = test_feeds.KIND, "title"
    takes_what_came = True

    def system(self, text):
        return FeedsSystem(read_feeds(text), lambda: NOW)
