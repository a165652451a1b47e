"""Who acts for an enterprise. Each move writes the journal and tells those concerned by mail."""

import hashlib
import hmac
import secrets

import rules
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import MemberRole, MembershipState
from accounts.models import Enterprise, Membership, User
from wecd.common import journal
from wecd.common.outbox import queue_mail
from wecd.common.workflow import NotAllowed, Refused, move, why_not_permitted

HELD = (MembershipState.ASKED, MembershipState.ACTIVE)


def ask(enterprise: Enterprise, *, by, message: str = "") -> Membership:
    """Ask the owners of an enterprise for a place in it. They get a mail; nothing is visible before."""
    if not rules.has_perm(Enterprise.get_perm("register"), by, None):
        raise NotAllowed(why_not_permitted(Enterprise(), "register", by))
    with transaction.atomic():
        _refuse_if_there(enterprise.pk, by)
        row = _insert(enterprise=enterprise, user=by, role=MemberRole.EDITOR, state=MembershipState.ASKED)
        journal.record(row, "accounts.membership.ask", by=by, enterprise=enterprise.number, message=message)
        for owner in owners_of(enterprise):
            queue_mail("accounts/membership_asked", to=owner, about=row, message=message)
    return row


def accept(membership: Membership, *, by, role: str = MemberRole.EDITOR) -> Membership:
    """Let somebody in who asked, with a role. They get a mail."""
    with move(membership, "accept", by=by, role=role) as row:
        row.role = role
        queue_mail("accounts/membership_accepted", to=row.user, about=row)
    return membership


def refuse(membership: Membership, *, by, reason: str = "") -> Membership:
    """Turn somebody down who asked. They get a mail with the reason, if one is given."""
    with move(membership, "refuse", by=by, reason=reason) as row:
        queue_mail("accounts/membership_refused", to=row.user, about=row, reason=reason)
    return membership


def invite(enterprise: Enterprise, *, by, email: str, role: str = MemberRole.EDITOR) -> Membership:
    """Invite somebody by e-mail, with or without an account; the mail carries a link that only they can use.

    Inviting the same address again sends a new link and makes the old one useless.
    """
    email = email.strip().lower()
    with transaction.atomic():
        if not rules.has_perm(Enterprise.get_perm("invite"), by, enterprise):
            raise NotAllowed(why_not_permitted(enterprise, "invite", by))
        Enterprise.objects.select_for_update(no_key=True).get(pk=enterprise.pk)  # one invitation at a time
        person = User.objects.filter(email__iexact=email, is_system=False).first()
        there = (
            person and Membership.objects.filter(enterprise=enterprise, user=person, state__in=HELD).first()
        )
        if there:
            raise Refused(_already(there))
        token = secrets.token_urlsafe(24)
        row, _new = Membership.objects.get_or_create(
            enterprise=enterprise, email=email, state=MembershipState.INVITED, defaults={"role": role}
        )
        row.user, row.role, row.token = person, role, hash_token(token)
        row.save()
        journal.record(
            row, "accounts.membership.invite", by=by, enterprise=enterprise.number, email=email, role=role
        )
        queue_mail(
            "accounts/membership_invited",
            to=person or email,
            about=row,
            token=token,
            inviter=by,
        )
    return row


def join(membership: Membership, *, by, token: str) -> Membership:
    """Take up an invitation: the person signed in must be the one invited and hold the link's token."""
    with move(membership, "join", by=by) as row:
        if not hmac.compare_digest(row.token, hash_token(token)):
            raise Refused(_("This invitation link is no longer valid. Ask for a new one."))
        _refuse_if_there(row.enterprise_id, by)
        row.user, row.token = by, ""
        row.journal_facts["role"] = row.role
        for owner in owners_of(row.enterprise):
            queue_mail("accounts/membership_joined", to=owner, about=row)
    by.__dict__.pop("enterprise_roles", None)
    return membership


def change_role(membership: Membership, *, by, role: str) -> Membership:
    """Give a member another role. The last owner keeps theirs."""
    with transaction.atomic():
        _lock_enterprise(membership)
        with move(membership, "change_role", by=by) as row:
            if row.role == MemberRole.OWNER and role != MemberRole.OWNER:
                _keep_an_owner(row)
            row.journal_facts["role"] = {"from": row.role, "to": role}
            row.role = role
    return membership


def end(membership: Membership, *, by, reason: str = "") -> Membership:
    """End a membership or take an invitation back: by an owner, or by the person themselves.

    The last owner cannot leave. Somebody ended by another person gets a mail.
    """
    with transaction.atomic():
        _lock_enterprise(membership)
        with move(membership, "end", by=by, reason=reason) as row:
            if row.state == MembershipState.ACTIVE and row.role == MemberRole.OWNER:
                _keep_an_owner(row)
            row.token = ""
            if row.user and row.user != by and row.state == MembershipState.ACTIVE:
                queue_mail("accounts/membership_ended", to=row.user, about=row, reason=reason)
    return membership


def owners_of(enterprise: Enterprise) -> list[User]:
    """The people who decide on members, oldest first."""
    places = Membership.objects.active().filter(enterprise=enterprise, role=MemberRole.OWNER)
    return [place.user for place in places.select_related("user").order_by("created_at")]


def find_invitation(token: str) -> Membership | None:
    """The invitation a link stands for, while it is open."""
    return (
        Membership.objects.filter(token=hash_token(token), state=MembershipState.INVITED)
        .select_related("enterprise", "user")
        .first()
    )


def hash_token(token: str) -> str:
    """What is stored of a link's token: reading the database does not let one in."""
    return hashlib.sha256(token.encode()).hexdigest()


def _insert(**values) -> Membership:
    try:
        with transaction.atomic():
            return Membership.objects.create(**values)
    except IntegrityError as error:  # asked twice at the same instant
        there = Membership.objects.get(enterprise=values["enterprise"], user=values["user"], state__in=HELD)
        raise Refused(_already(there)) from error


def _refuse_if_there(enterprise_id, person: User) -> None:
    there = Membership.objects.filter(enterprise=enterprise_id, user=person, state__in=HELD).first()
    if there:
        raise Refused(_already(there))


def _already(membership: Membership) -> str:
    names = {"person": membership.user, "enterprise": membership.enterprise}
    if membership.state == MembershipState.ASKED:
        return _("%(person)s has already asked to join %(enterprise)s: an owner must answer.") % names
    return _("%(person)s is already a member of %(enterprise)s.") % names


def _lock_enterprise(membership: Membership) -> None:
    Enterprise.objects.select_for_update(no_key=True).get(pk=membership.enterprise_id)


def _keep_an_owner(row: Membership) -> None:
    others = Membership.objects.active().filter(enterprise=row.enterprise_id, role=MemberRole.OWNER)
    if not others.exclude(pk=row.pk).exists():
        raise Refused(
            _("%(enterprise)s needs an owner. Make another member owner first.")
            % {"enterprise": row.enterprise}
        )


def places_of(user: User) -> QuerySet[Membership]:
    """One person's places: held, asked for, and the invitations sent to their address."""
    mine = Q(user=user, state__in=HELD) | Q(state=MembershipState.INVITED, email__iexact=user.email)
    return Membership.objects.filter(mine).select_related("enterprise").order_by("state", "enterprise__name")


def members_of(enterprise: Enterprise) -> QuerySet[Membership]:
    """Who acts for an enterprise, asked to, or is invited to."""
    states = (*HELD, MembershipState.INVITED)
    return enterprise.memberships.filter(state__in=states).for_list()
