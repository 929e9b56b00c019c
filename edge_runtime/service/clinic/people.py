"""The methods about those who work here: sessions, users, and the audit of what they did."""

from __future__ import annotations

import asyncio
from typing import Any

from edge_runtime.records.access import Action
from edge_runtime.records.audit_reading import audit_page, audit_proof
from edge_runtime.records.staff import (
    change_secret,
    keep_user,
    sign_in,
    sign_in_account,
    users,
)
from edge_runtime.records.vault import Actor
from edge_runtime.service.clinic.answering import Answering
from edge_runtime.service.clinic.desk import blotter_of, token_of
from edge_runtime.service.refusals import errors_as_status
from edge_runtime.wire import clinic_pb2 as pb
from edge_runtime.wire.convert_clinic import (
    audit_page_to_wire,
    audit_proof_to_wire,
    audit_wanted_from_wire,
    session_to_wire,
    user_from_wire,
    user_to_wire,
)


class PeopleMethods(Answering):
    """Sign in and out, users, audit."""

    async def SignIn(  # noqa: N802 - the proto's name
        self, request: pb.SignInRequest, context: Any
    ) -> pb.SessionReply:
        """Open a session for a name and secret, an ID token, or a phone's token."""
        async with errors_as_status(context, "sign_in", blotter_of(request)):
            token = await asyncio.to_thread(self._signed_in, request)
        return session_to_wire(self._desk.sessions.session(token), token)

    async def SignOut(  # noqa: N802 - as above
        self, request: pb.SignOutRequest, context: Any
    ) -> pb.SignOutReply:
        """End the session."""

        def work(actor: Actor) -> pb.SignOutReply:
            self._desk.sessions.end(token_of(context))
            self._vault.note(actor, Action.SIGN_OUT, actor.user_id)
            return pb.SignOutReply()

        return await self._answer(context, Action.SIGN_OUT, request, work)

    async def ReadSession(  # noqa: N802 - as above
        self, request: pb.ReadSessionRequest, context: Any
    ) -> pb.SessionReply:
        """Say whose session it is; it lasts longer only where somebody touched the screen."""
        async with errors_as_status(context, "read_session", blotter_of(request)):
            token = token_of(context)
            if request.somebody_is_there:
                self._desk.sessions.actor(token)
            session = self._desk.sessions.session(token)
        return session_to_wire(session)

    async def ChangeSecret(  # noqa: N802 - as above
        self, request: pb.ChangeSecretRequest, context: Any
    ) -> pb.ChangeSecretReply:
        """Set the own secret and end the user's other sessions."""

        def work(actor: Actor) -> pb.ChangeSecretReply:
            change_secret(self._vault, actor, request.secret, request.new_secret)
            self._desk.sessions.end_all_of(actor.user_id, but=token_of(context))
            return pb.ChangeSecretReply()

        return await self._answer(context, Action.CHANGE_SECRET, request, work)

    async def ListUsers(  # noqa: N802 - as above
        self, request: pb.ListUsersRequest, context: Any
    ) -> pb.ListUsersReply:
        """List the users."""

        def work(actor: Actor) -> pb.ListUsersReply:
            del actor  # all who may see them see all
            return pb.ListUsersReply(users=map(user_to_wire, users(self._vault)))

        return await self._answer(context, Action.LIST_USERS, request, work)

    async def KeepUser(  # noqa: N802 - as above
        self, request: pb.KeepUserRequest, context: Any
    ) -> pb.User:
        """Make or change a user; the sessions of one who was changed end."""

        def work(actor: Actor) -> pb.User:
            user = user_from_wire(request.user)
            kept = keep_user(self._vault, actor, user, request.new_secret)
            if user.user_id and user.user_id != actor.user_id:
                self._desk.sessions.end_all_of(user.user_id)
            return user_to_wire(kept)

        return await self._answer(context, Action.KEEP_USER, request, work)

    async def ReadAudit(  # noqa: N802 - as above
        self, request: pb.ReadAuditRequest, context: Any
    ) -> pb.ReadAuditReply:
        """Read rows of the audit, and its head."""

        def work(actor: Actor) -> pb.ReadAuditReply:
            wanted = audit_wanted_from_wire(request)
            return audit_page_to_wire(audit_page(self._vault, actor, wanted))

        return await self._answer(context, Action.READ_AUDIT, request, work)

    async def VerifyAudit(  # noqa: N802 - as above
        self, request: pb.VerifyAuditRequest, context: Any
    ) -> pb.VerifyAuditReply:
        """Prove the audit, with heads that were printed."""

        def work(actor: Actor) -> pb.VerifyAuditReply:
            return audit_proof_to_wire(audit_proof(self._vault, actor, list(request.heads)))

        return await self._answer(context, Action.VERIFY_AUDIT, request, work)

    def _signed_in(self, request: pb.SignInRequest) -> str:
        if request.phone_token:
            token, exam_id = self._desk.sessions.begin_phone(request.phone_token)
            self._vault.note(self._desk.sessions.actor(token), Action.SIGN_IN, exam_id)
            return token
        if request.id_token:
            proved = self._desk.account_of(request.id_token)
            return self._desk.sessions.begin(sign_in_account(self._vault, proved), False)
        user, must_change = sign_in(self._vault, request.name, request.secret)
        return self._desk.sessions.begin(user, must_change)
