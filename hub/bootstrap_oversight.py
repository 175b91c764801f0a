"""The parts of the hub by which the parties oversee each other. `hub.bootstrap` puts them in."""

from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from hub.settings import Settings

if TYPE_CHECKING:
    from hub.domain.blinding import Blinding
    from hub.domain.people import Role
    from hub.ports.browsing import Browser
    from hub.ports.communications import CommunicationLog
    from hub.services.accounts.desk import Desk
    from hub.services.oversight.holdings import Places
    from hub.services.oversight.reminding import Telling
    from hub.services.review.delivering import Post
    from hub.services.review.room import Room
    from hub.services.review.study_retention import Stacks
    from hub.services.sync.steps import Sync
    from hub.services.trail_reading import TrailReader
    from hub.services.voices import Voices


class OversightParts:
    """Each part made when it is first asked for, from what the hub has."""

    settings: Settings
    if TYPE_CHECKING:  # given by the hub

        @property
        def voices(self) -> "Voices": ...  # noqa: D102  # told where it is made
        @property
        def sync(self) -> Sync: ...  # noqa: D102  # told where it is made
        @property
        def room(self) -> Room: ...  # noqa: D102  # told where it is made
        @property
        def desk(self) -> Desk: ...  # noqa: D102  # told where it is made
        @property
        def post(self) -> Post: ...  # noqa: D102  # told where it is made
        @property
        def trail(self) -> TrailReader: ...  # noqa: D102  # told where it is made
        @property
        def browser(self) -> Browser: ...  # noqa: D102  # told where it is made
        @property
        def communications(self) -> CommunicationLog: ...  # noqa: D102  # told where it is made
        @property
        def stacks(self) -> Stacks: ...  # noqa: D102  # told where it is made

    @cached_property
    def version(self) -> str:
        """The version that runs, as releases are approved by it."""
        return version("liaison-hub")

    def blinding(self) -> "Blinding":
        """Return what would unblind, as the studies declare it now."""
        from hub.services.oversight.blinding import blinding

        return blinding(self.room)

    def lacking(self, user_id: str) -> "dict[Role, frozenset[str]]":
        """Return for a user's roles the studies in which they give nothing: for want of training, or of a release."""
        from hub.services.accounts import training
        from hub.services.oversight import releases

        untrained, unreleased = training.lacking_of(self.room, user_id), releases.waiting(self.room, self.version)
        roles = {*untrained, *unreleased}
        return {role: untrained.get(role, frozenset()) | unreleased.get(role, frozenset()) for role in roles}

    @cached_property
    def places(self) -> "Places":
        """Where personal data may lie."""
        from hub.services.oversight.holdings import Places

        return Places(
            self.room,
            self.desk,
            self.trail,
            self.browser,
            self.communications,
            self.voices,
            self.sync.ledger,
            self.blinding,
        )

    @cached_property
    def telling(self) -> "Telling":
        """What people are told by mail that something waits with."""
        from hub.services.oversight.reminding import Telling

        post = self.post
        address = post.address or self.settings.public_url or ""
        return Telling(
            room=self.room,
            desk=self.desk,
            browser=self.browser,
            stacks=self.stacks,
            leases=self.sync.leases,
            mailer=post.mailer,
            wording=post.wording,
            address=address.rstrip("/"),
        )
