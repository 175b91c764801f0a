"""Which proof each connector has: by the contract of its vendor, with faults, on a real server, mangled, measured.

A proof is the place of a test, `file` of tests/ and `::name`s. Where there is none, `Why` says so: only where no such
thing can be had.
"""

from dataclasses import dataclass

WRECKS = "connectors/test_wrecks.py::test_of_a_hundred_mangled_bodies_none_stops_the_rest_and_none_is_taken_for_good"
BESIDE = "connectors/test_wrecks_beside.py::"
SAID = "connectors/test_wrecks_said.py::"
EDC = "connectors/test_edc_faults.py::"
PLATFORM = "contract/test_platforms.py::test_after_an_outage_the_same_span_gives_all"
PLACES = "contract/test_places.py::test_what_is_put_is_listed_and_had_back"
NAMES = f"{SAID}test_a_hundred_mangled_names_of_recordings_hide_no_other_and_name_no_other_place"


class Why(str):
    """Why there is no such proof."""

    __slots__ = ()


UNPUBLISHED = Why("its vendor publishes no machine-readable contract")
NO_STANDARD = Why("whatever its file declares is read: there is no contract but that file")
UNPACKAGED = Why("no package has a server of it")
ANY = Why("it has no vendor whose server could be had")


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """Of one connector, or of one of the systems that its page names."""

    contract: tuple[str, ...] | Why
    """Requests and what is written are those of the vendor's file."""
    faults: tuple[str, ...] | Why
    """A stateful server with faults, under the suite of the kit, or of the port."""
    real: tuple[str, ...] | Why
    mangled: tuple[str, ...] | Why
    bench: tuple[str, ...]
    """Lines of `bench/connectors.py`."""


PROOFS: dict[str, Proofs] = {
    "files: folder": Proofs(
        contract=NO_STANDARD,
        faults=(
            "connectors/test_files_contract.py::TestFullExports",
            "connectors/test_files_contract.py::TestChangesAsTheyCome",
        ),
        real=(PLACES,),
        mangled=(WRECKS,),
        bench=("files (CSV)", "files (JSON lines)", "files (many)", "files (XLSX)"),
    ),
    "files: sftp": Proofs(
        contract=NO_STANDARD,
        faults=("contract/test_places.py::test_an_sftp_server_that_is_away_is_an_outage",),
        real=(PLACES,),
        mangled=(WRECKS,),
        bench=("place (recordings in, SFTP)",),
    ),
    "rest": Proofs(
        contract=NO_STANDARD,
        faults=tuple(
            f"connectors/test_rest_contract.py::{name}"
            for name in (
                "TestCursorAndClientCredentials",
                "TestLinkAndRefreshToken",
                "TestOffsetAndBasic",
                "TestOnePage",
            )
        ),
        real=ANY,
        mangled=(WRECKS,),
        bench=("rest",),
    ),
    "rave": Proofs(
        contract=(
            "connectors/test_rave.py::TestWriting::test_what_is_posted_is_valid_odm_but_for_the_vendors_own_names",
            "connectors/test_rave.py::test_the_vendors_own_feed_is_read_whole",
            "connectors/test_rave.py::test_the_vendors_samples_of_lists_are_read",
        ),
        faults=("connectors/test_rave_contract.py::TestDeviations",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("rave",),
    ),
    "veeva: records": Proofs(
        contract=(
            "connectors/test_veeva.py::test_every_request_is_one_of_the_vendors_contract",
            "connectors/test_veeva.py::test_every_example_of_the_contract_is_read_as_an_answer_or_told",
            "prism/vendors.py::test_veeva",
        ),
        faults=("connectors/test_veeva_contract.py::TestVeeva",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("veeva",),
    ),
    "veeva: documents": Proofs(
        contract=(
            "connectors/test_veeva_documents.py::test_every_request_for_documents_is_one_of_the_vendors_contract",
        ),
        faults=("connectors/test_veeva_documents.py::TestVeevaFiling",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("veeva (Direct Data)",),
    ),
    "odm": Proofs(
        contract=(
            "connectors/test_odm.py::TestReading::test_what_we_write_is_valid_and_read_back_as_it_was",
            "connectors/test_odm.py::TestReading::test_every_example_of_cdisc_is_read_and_what_it_holds_may_be_kept",
        ),
        faults=(f"{EDC}TestOdm",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("odm", "files (ODM)", "files (Dataset-JSON)"),
    ),
    "ems": Proofs(
        contract=(
            "connectors/test_ems.py::test_what_is_written_is_what_the_schema_wants",
            "connectors/test_ems.py::test_the_standards_example_is_read_and_its_wrong_hash_told",
        ),
        faults=("connectors/test_ems.py::TestInbox", "connectors/test_ems.py::TestOutbox"),
        real=Why("it is folders, which are real in its tests"),
        mangled=(WRECKS,),
        bench=("ems", "ems (many)"),
    ),
    "fhir": Proofs(
        contract=(
            "connectors/test_fhir.py::TestMapping::test_a_record_is_a_valid_resource_and_comes_back_as_it_was",
            "connectors/test_fhir.py::TestMapping::test_every_example_of_hl7_of_these_types_is_read",
        ),
        faults=("connectors/test_fhir_contract.py::TestR4", "connectors/test_fhir_contract.py::TestR5"),
        real=("integration/test_fhir_real.py::test_a_record_of_each_kind_lives_there",),
        mangled=(WRECKS,),
        bench=("fhir",),
    ),
    "sharepoint": Proofs(
        contract=(
            "connectors/test_sharepoint.py::test_every_request_is_one_of_graphs_contract",
            "prism/vendors.py::test_sharepoint",
        ),
        faults=("connectors/test_sharepoint.py::TestLibrary", "connectors/test_sharepoint.py::TestLibraryFiling"),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("sharepoint",),
    ),
    "redcap": Proofs(
        contract=UNPUBLISHED, faults=(f"{EDC}TestRedcap",), real=UNPACKAGED, mangled=(WRECKS,), bench=("redcap",)
    ),
    "siebel": Proofs(
        contract=UNPUBLISHED, faults=(f"{EDC}TestSiebel",), real=UNPACKAGED, mangled=(WRECKS,), bench=("siebel",)
    ),
    "clinical-one": Proofs(
        contract=UNPUBLISHED,
        faults=(f"{EDC}TestClinicalOne",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("clinical-one",),
    ),
    "openclinica": Proofs(
        contract=UNPUBLISHED,
        faults=(f"{EDC}TestOpenClinica4",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("openclinica",),
    ),
    "libreclinica": Proofs(
        contract=UNPUBLISHED,
        faults=(f"{EDC}TestLibreClinica",),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("libreclinica",),
    ),
    "feeds": Proofs(
        contract=Why("regulators publish pages; RSS and Atom have no schema that theirs keep to"),
        faults=(f"{EDC}TestFeeds",),
        real=ANY,
        mangled=(WRECKS,),
        bench=("feeds",),
    ),
    "usdm": Proofs(
        contract=(
            "connectors/test_usdm.py::test_every_definition_is_read_under_the_repositorys_id",
            "prism/vendors.py::test_usdm",
        ),
        faults=(f"{EDC}TestUsdm", "connectors/test_usdm.py::test_a_write_that_was_not_made_is_told_with_its_wait"),
        real=UNPACKAGED,
        mangled=(WRECKS,),
        bench=("usdm",),
    ),
    "zoom": Proofs(
        contract=(
            "connectors/test_zoom.py::test_every_request_is_one_that_the_contract_allows",
            "integration/test_prism.py::test_zoom_is_asked_and_answers_as_its_file_has_it",
        ),
        faults=(PLATFORM,),
        real=UNPACKAGED,
        mangled=(f"{BESIDE}test_of_a_hundred_mangled_lists_none_hides_a_meeting_without_a_word",),
        bench=("zoom",),
    ),
    "teams": Proofs(
        contract=(
            "connectors/test_teams.py::test_every_request_is_one_that_the_contract_allows",
            "prism/vendors.py::test_teams",
        ),
        faults=(PLATFORM,),
        real=UNPACKAGED,
        mangled=(f"{BESIDE}test_of_a_hundred_mangled_lists_none_hides_a_meeting_without_a_word",),
        bench=("teams",),
    ),
    "webex": Proofs(
        contract=(
            "connectors/test_webex.py::test_every_request_is_one_that_the_contract_allows",
            "prism/vendors.py::test_webex",
        ),
        faults=(PLATFORM,),
        real=UNPACKAGED,
        mangled=(f"{BESIDE}test_of_a_hundred_mangled_lists_none_hides_a_meeting_without_a_word",),
        bench=("webex",),
    ),
    "chat: slack": Proofs(
        contract=(
            "connectors/test_chat.py::test_the_message_has_only_fields_that_slack_knows",
            "prism/vendors.py::test_slack",
        ),
        faults=(
            "contract/test_announcers.py::test_an_outage_is_one_to_come_again_for_with_its_wait_and_nothing_was_posted",
        ),
        real=UNPACKAGED,
        mangled=(f"{SAID}test_mangled_answers_to_an_announcement_are_met_by_one_line_without_a_secret",),
        bench=("chat (Slack)",),
    ),
    "chat: teams": Proofs(
        contract=UNPUBLISHED,
        faults=(
            "contract/test_announcers.py::test_an_outage_is_one_to_come_again_for_with_its_wait_and_nothing_was_posted",
        ),
        real=UNPACKAGED,
        mangled=(f"{SAID}test_mangled_answers_to_an_announcement_are_met_by_one_line_without_a_secret",),
        bench=("chat (Teams workflow)",),
    ),
    "capture: slack": Proofs(
        contract=(
            "connectors/test_capture_slack.py::test_every_request_is_one_that_the_contract_allows",
            "prism/vendors_said.py::test_slack_is_captured",
        ),
        faults=("connectors/test_capture.py::test_an_outage_leaves_what_is_kept_and_the_next_look_goes_on",),
        real=UNPACKAGED,
        mangled=(f"{SAID}test_of_a_hundred_mangled_listings_of_a_channel_none_hides_a_message_without_a_word",),
        bench=("capture (Slack)",),
    ),
    "capture: teams": Proofs(
        contract=(
            "connectors/test_capture_teams.py::test_every_request_is_one_that_the_contract_allows",
            "prism/vendors_said.py::test_teams_is_captured",
        ),
        faults=("connectors/test_capture.py::test_an_outage_leaves_what_is_kept_and_the_next_look_goes_on",),
        real=UNPACKAGED,
        mangled=(f"{SAID}test_of_a_hundred_mangled_listings_of_a_channel_none_hides_a_message_without_a_word",),
        bench=("capture (Teams)",),
    ),
    "mail: smtp": Proofs(
        contract=Why("a protocol: it is held to real servers"),
        faults=("contract/test_mailers.py::test_a_busy_server_is_one_to_come_again_to",),
        real=(
            "contract/test_mailers.py::test_a_mail_arrives_with_all_that_it_holds",
            "integration/test_mail_there_and_back.py::test_minutes_go_out_and_the_answer_is_captured",
        ),
        mangled=Why("of an answer only its number is read, and libraries bound its length"),
        bench=("mail (SMTP)",),
    ),
    "mail: imap": Proofs(
        contract=Why("a protocol: it is held to real servers"),
        faults=("contract/test_mailboxes.py::test_imap_loses_nothing_to_faults",),
        real=("contract/test_mailboxes.py::test_mails_are_told_once_each_in_the_order_in_which_they_came",),
        mangled=(f"{SAID}test_a_hundred_mangled_mails_are_read_or_told_and_none_dates_from_the_future",),
        bench=("mail (IMAP)",),
    ),
    "mail: graph": Proofs(
        contract=(
            "contract/test_mailers.py::test_what_graph_is_asked_is_in_its_contract",
            "contract/test_mailboxes.py::test_what_graph_is_asked_for_its_folders_is_in_its_metadata",
            "prism/vendors_said.py::test_a_mail_goes_out",
        ),
        faults=("contract/test_mailboxes.py::test_graph_loses_nothing_to_faults",),
        real=UNPACKAGED,
        mangled=(f"{SAID}test_of_a_hundred_mangled_listings_of_a_mailbox_none_hides_a_mail_without_a_word",),
        bench=("mail (Graph)",),
    ),
    "calendar: caldav": Proofs(
        contract=Why("a protocol: it is held to a real server"),
        faults=("contract/test_event_calendars.py::test_an_outage_of_a_caldav_server_is_an_outage",),
        real=("contract/test_event_calendars.py::test_a_real_server_expands_a_series_as_the_hub_does",),
        mangled=(f"{BESIDE}test_a_caldav_object_that_came_mangled_is_never_written_over",),
        bench=("calendar (CalDAV)",),
    ),
    "calendar: graph": Proofs(
        contract=(
            "contract/test_event_calendars.py::test_what_graph_is_asked_is_in_its_contract",
            "prism/vendors_said.py::test_a_series_is_written_and_found",
        ),
        faults=("contract/test_event_calendars.py::test_graph_says_in_words_what_is_wrong",),
        real=UNPACKAGED,
        mangled=(f"{BESIDE}test_an_event_of_graph_that_came_mangled_is_never_written_over",),
        bench=("calendar (Graph)",),
    ),
    "place: folder": Proofs(
        contract=ANY,
        faults=("contract/test_places.py::test_a_place_that_is_not_there_needs_a_person",),
        real=(PLACES,),
        mangled=(NAMES,),
        bench=("place (packages out)", "place (recordings in)"),
    ),
    "place: sftp": Proofs(
        contract=Why("a protocol: it is held to a real server"),
        faults=("contract/test_places.py::test_an_sftp_server_that_is_away_is_an_outage",),
        real=(PLACES,),
        mangled=(NAMES,),
        bench=("place (packages out, SFTP)", "place (recordings in, SFTP)"),
    ),
    "place: s3": Proofs(
        contract=Why("the vendor's own library asks: it is held to a real server"),
        faults=("contract/test_places.py::test_an_s3_store_that_is_away_is_an_outage",),
        real=(PLACES,),
        mangled=(NAMES,),
        bench=("place (packages out, S3)", "place (recordings in, S3)"),
    ),
}
