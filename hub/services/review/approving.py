"""Minutes go round: sent for review, remarked on, sent back, or signed until the study's route is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.approvals import Meaning, Remark, RemarkKind, Review, ReviewState, Signature, Step
from hub.domain.cards import Standing
from hub.domain.errors import MissingError, StaleError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right, Scope, Verdict, barred, decide
from hub.domain.versions import Version, WorkingDraft, content_hash
from hub.ports.review import Proof, Reauthentication, ShelfUnit
from hub.services.review import earlier
from hub.services.review.board import enter
from hub.services.review.room import Room, Work, refuse, seen, working
from hub.services.review.routes import route_of

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Round:
    """How far the approval of one version is: *open_steps* are the places in the route that may be signed now."""

    review: Review | None
    version: Version
    signatures: tuple[Signature, ...]
    remarks: tuple[Remark, ...]
    open_steps: tuple[int, ...] = ()

    @property
    def approved(self) -> bool:
        """Tell whether the route is done."""
        return self.review is not None and self.review.state is ReviewState.APPROVED


def round_of(room: Room, principal: Principal, meeting_id: str, number: int) -> Round:
    """Return how far the approval of a version is."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        earlier.version_for(room, principal, card, unit, number)
        return _round(unit, meeting_id, number)


def submit(room: Room, principal: Principal, meeting_id: str, number: int) -> Review:
    """Send the newest version round, by the route of its study. StandingError where it is not the newest, where edits
    are not in a version yet, or where it was sent already.
    """
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        version = earlier.version_for(room, principal, work.card, work.unit, number)
        _need_newest(work, number)
        known = work.unit.get(Review, meeting_id, number)
        if known is not None:
            raise StandingError(f"version {number} was sent round already: it is {known.state}")
        review = Review(
            meeting_id,
            number,
            ReviewState.OPEN,
            route_of(work.unit, work.card.study),
            principal.user.email,
            work.at,
        )
        work.unit.add(review)
        work.note("review", "state", None, ReviewState.OPEN, of=f"v{number}", reason=f"SHA-256 {version.sha256}")
        work.change(standing=Standing.IN_REVIEW)
        return review


def comment(
    room: Room, principal: Principal, meeting_id: str, number: int, text: str, *, item: str | None = None
) -> Remark:
    """Remark on a version, or on one item of it. Whoever may edit or approve may."""
    card = seen(room, principal, meeting_id)
    may_edit = decide(principal, Right.MINUTES_EDIT, card.scope, at=room.clock()) is Verdict.ALLOWED
    right = Right.MINUTES_EDIT if may_edit else Right.MINUTES_APPROVE
    with working(room, principal, meeting_id, right) as work:
        earlier.version_for(room, principal, work.card, work.unit, number)
        return _remark(work, room, principal, number, RemarkKind.COMMENT, text, item)


def remarks(room: Room, principal: Principal, meeting_id: str, number: int) -> list[Remark]:
    """Return what was said of a version, and of earlier ones as long as nobody has answered it; oldest first."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        every = unit.several(Remark, meeting_id=meeting_id)
        theirs = {
            one: earlier.readable(room, principal, card, unit, one) for one in {remark.version for remark in every}
        }
    every = [one for one in every if theirs[one.version]]
    stands = [one for one in every if one.version == number or (one.version < number and not one.settled)]
    return sorted(stands, key=lambda one: one.at)


def settle(room: Room, principal: Principal, meeting_id: str, remark_id: str) -> Remark:
    """Say that a remark was answered."""
    with working(room, principal, meeting_id, Right.MINUTES_EDIT) as work:
        remark = work.unit.get(Remark, remark_id)
        hidden = remark is None or not earlier.readable(room, principal, work.card, work.unit, remark.version)
        if remark is None or remark.meeting_id != meeting_id or hidden:
            raise MissingError(f"{remark_id}: there is no such remark")
        after = replace(remark, settled=True)
        work.unit.put(after)
        work.note("remark", "settled", remark.settled, after.settled, of=remark_id[:16])
        return after


def request_changes(room: Room, principal: Principal, meeting_id: str, number: int, text: str) -> Review:
    """Send a version back to its editors with what is to be changed; a next version is sent round anew."""
    with working(room, principal, meeting_id, Right.MINUTES_APPROVE) as work:
        earlier.version_for(room, principal, work.card, work.unit, number)
        review = _open_review(work.unit, meeting_id, number)
        _remark(work, room, principal, number, RemarkKind.CHANGES, text, None)
        after = _moved(work, review, ReviewState.CHANGES, reason=text)
        work.change(standing=Standing.CHANGES_REQUESTED, reason=text)
        return after


def sign(
    room: Room,
    reauthentication: Reauthentication,
    principal: Principal,
    meeting_id: str,
    number: int,
    *,
    sha256: str,
    meaning: Meaning,
    proof: Proof,
) -> Round:
    """Sign exactly the version whose hash is *sha256*; the last signature of the route approves it.

    The signer proves anew who they are (21 CFR 11.200). UnknownError where the proof is wrong; StaleError where the
    version has another hash; StandingError where no step of the route with this meaning is open to the signer, or
    they have signed before; RefusedError for a token, which is nobody's hand.
    """
    if principal.scopes is not None:
        refuse(room, principal, Right.MINUTES_SIGN, meeting_id)
    card = seen(room, principal, meeting_id, Right.MINUTES_SIGN)
    with room.shelf.reading() as unit:  # what cannot be signed is said before a password is asked for
        earlier.version_for(room, principal, card, unit, number)
        _signable(unit, room, principal, card.scope, meeting_id, number, sha256, meaning)
    method = reauthentication.prove(principal, proof, at=room.clock())
    with working(room, principal, meeting_id, Right.MINUTES_SIGN) as work:
        earlier.version_for(room, principal, work.card, work.unit, number)
        _need_newest(work, number)
        review, step = _signable(work.unit, room, principal, work.card.scope, meeting_id, number, sha256, meaning)
        user = principal.user
        signature = Signature(
            room.new_id(),
            meeting_id,
            number,
            sha256,
            user.id,
            user.name,
            user.email,
            user.organization,
            meaning,
            work.at,
            principal.session,
            method,
            step,
        )
        work.unit.add(signature)
        told = {"name": user.name, "meaning": meaning, "sha256": sha256, "method": method}
        work.note("signature", "signed", None, told, of=f"v{number}")
        _approve_when_done(work, review)
        return _round(work.unit, meeting_id, number)


def open_to(room: Room, unit: ShelfUnit, principal: Principal, scope: Scope, review: Review) -> list[Meaning]:
    """Return the meanings in which *principal* may sign the version of a review now."""
    signatures = unit.several(Signature, meeting_id=review.meeting_id, version=review.version)
    return asked_for(room, principal, scope, review, signatures)


def asked_for(
    room: Room, principal: Principal, scope: Scope, review: Review, signatures: Sequence[Signature]
) -> list[Meaning]:
    """Return the meanings in which *principal* may sign a version that has *signatures* already."""
    if (
        principal.scopes is not None
        or any(one.user_id == principal.user.id for one in signatures)
        or decide(principal, Right.MINUTES_SIGN, scope, at=room.clock()) is not Verdict.ALLOWED
    ):
        return []
    steps = (review.route.steps[place] for place in _open_steps(review, signatures))
    return list(dict.fromkeys(step.meaning for step in steps if _for(step, principal, scope, room)))


def _approve_when_done(work: Work, review: Review) -> None:
    found = _round(work.unit, review.meeting_id, review.version)
    if any(_lacking(step, place, found.signatures) for place, step in enumerate(review.route.steps)):
        return
    _moved(work, review, ReviewState.APPROVED, reason="the route's last signature")
    work.change(standing=Standing.APPROVED)
    enter(work, found.version)


def _signable(
    unit: ShelfUnit,
    room: Room,
    principal: Principal,
    scope: Scope,
    meeting_id: str,
    number: int,
    sha256: str,
    meaning: Meaning,
) -> tuple[Review, int]:
    """Return the review, and the place of the step that the signer may sign."""
    version = _version(unit, meeting_id, number)
    if content_hash(meeting_id, number, version.draft) != version.sha256:
        raise StandingError(f"version {number}: its content is not what its hash says; it was altered in the store")
    if sha256 != version.sha256:
        raise StaleError(f"version {number} has another hash than the one you looked at; look at it again")
    review = _open_review(unit, meeting_id, number)
    found = _round(unit, meeting_id, number)
    if any(one.user_id == principal.user.id for one in found.signatures):
        raise StandingError(f"you have signed version {number} already")
    steps = [place for place in found.open_steps if review.route.steps[place].meaning is meaning]
    mine = [place for place in steps if _for(review.route.steps[place], principal, scope, room)]
    if not mine:
        waits = ", ".join(sorted({str(review.route.steps[place].meaning) for place in found.open_steps}))
        raise StandingError(f"no {meaning} of yours is asked for now; the route waits for: {waits or 'nobody'}")
    return review, mine[0]


def _for(step: Step, principal: Principal, scope: Scope, room: Room) -> bool:
    """Tell whether a step names the principal, by address or by a role that reaches these minutes."""
    if step.organization is not None and step.organization != principal.user.organization:
        return False
    if step.people or step.roles:
        return principal.user.email in step.people or bool(set(step.roles) & _roles(principal, scope, room))
    return True


def _roles(principal: Principal, scope: Scope, room: Room) -> set[str]:
    at = room.clock()
    return {
        str(grant.role)
        for grant in principal.grants
        if decide(replace(principal, grants=(grant,)), Right.MEETINGS_READ, scope, at=at) is not Verdict.HIDDEN
        and not barred(grant, scope.study)
    }


def _round(unit: ShelfUnit, meeting_id: str, number: int) -> Round:
    version, review = _version(unit, meeting_id, number), unit.get(Review, meeting_id, number)
    signatures = sorted(
        unit.several(Signature, meeting_id=meeting_id, version=number), key=lambda one: (one.at, one.step)
    )
    remarks = sorted(unit.several(Remark, meeting_id=meeting_id, version=number), key=lambda one: one.at)
    steps = _open_steps(review, tuple(signatures)) if review else ()
    return Round(review, version, tuple(signatures), tuple(remarks), steps)


def _open_steps(review: Review, signatures: Sequence[Signature]) -> tuple[int, ...]:
    if review.state is not ReviewState.OPEN:
        return ()
    steps = enumerate(review.route.steps)
    lacking = tuple(place for place, step in steps if _lacking(step, place, signatures))
    return lacking[:1] if review.route.ordered else lacking


def _lacking(step: Step, place: int, signatures: Sequence[Signature]) -> int:
    return max(step.quorum - sum(one.step == place for one in signatures), 0)


def _remark(
    work: Work, room: Room, principal: Principal, number: int, kind: RemarkKind, text: str, item: str | None
) -> Remark:
    if not text.strip() or len(text) > _LONGEST:
        raise UsageError(f"a remark has 1 to {_LONGEST} characters")
    user = principal.user
    remark = Remark(room.new_id(), work.card.meeting_id, number, kind, user.id, user.name, work.at, text.strip(), item)
    work.unit.add(remark)
    work.note("remark", kind, None, remark.text, of=f"v{number}/{item}" if item else f"v{number}")
    return remark


def _moved(work: Work, review: Review, state: ReviewState, *, reason: str) -> Review:
    after = replace(review, state=state, ended_at=work.at, revision=review.revision + 1)
    work.unit.put(after)
    work.note("review", "state", review.state, state, of=f"v{review.version}", reason=reason)
    return after


def _open_review(unit: ShelfUnit, meeting_id: str, number: int) -> Review:
    review = unit.get(Review, meeting_id, number)
    if review is None or review.state is not ReviewState.OPEN:
        state = f"is {review.state}" if review else "was not sent round"
        raise StandingError(f"version {number} {state}")
    return review


def _need_newest(work: Work, number: int) -> None:
    draft = work.unit.get(WorkingDraft, work.card.meeting_id)
    if number != work.card.version:
        raise StandingError(f"version {number} is not the newest: {work.card.version} is")
    if draft is not None and draft.open:
        raise StandingError("the minutes hold edits that are in no version yet; keep them as one, or give them up")


def _version(unit: ShelfUnit, meeting_id: str, number: int) -> Version:
    found = unit.get(Version, meeting_id, number)
    if found is None:
        raise MissingError(f"{meeting_id}: there is no version {number} of its minutes")
    return found
