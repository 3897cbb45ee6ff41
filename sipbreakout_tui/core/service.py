"""The two methods of `wgtwo.sipbreakout.v1.SipBreakoutService`.

Whatever a request holds is answered in the body (V10); gRPC status codes tell of tokens (V9), of
state that cannot be written, and of faults made on purpose.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, NoReturn

import grpc
from google.protobuf.duration_pb2 import Duration

from sipbreakout_model import (
    DEFAULT_TTL,
    E164,
    InvalidNumber,
    InvalidRegistration,
    InvalidValue,
    NotRegistered,
    WrongSipUri,
)
from sipbreakout_tui.core.arrival import UNREADABLE, Arrivals, Context, abort, reader
from sipbreakout_tui.core.faults import Faults
from sipbreakout_tui.core.registry import Registry
from sipbreakout_tui.core.tokens import MissingScope, NoAccess, Token, Tokens
from sipbreakout_tui.safe_text import visible
from sipbreakout_tui.store import StoreError
from sipbreakout_tui.wire import from_wire, number_from_wire, uri_from_wire
from wgtwo.annotations import annotations_pb2
from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["SipBreakoutService"]

MAX_WORDS = 1000
"""Characters of the longest `error_message`: a request may hold a value of 64 KiB."""

Request = pb.UpsertRegistrationRequest | pb.DeleteRegistrationRequest

_OK = pb.UpsertRegistrationResponse(status_code=pb.STATUS_CODE_OK, time_to_live=Duration(seconds=int(DEFAULT_TTL)))
_DELETED = pb.DeleteRegistrationResponse(status_code=pb.STATUS_CODE_OK)
_log = logging.getLogger(__name__)


class SipBreakoutService:
    """Answers upserts and deletes.

    Attributes:
        registry: What is registered.
    """

    def __init__(
        self,
        registry: Registry,
        clock: Callable[[], float],
        tokens: Tokens | None,
        faults: Faults,
        arrivals: Arrivals,
    ) -> None:
        """Answer from a registry.

        Args:
            registry: What is registered.
            clock: Returns Unix time in seconds.
            tokens: The access tokens that are let in; None: requests need none.
            faults: What goes wrong on purpose.
            arrivals: Where requests wait for their message.
        """
        self.registry = registry
        self._clock = clock
        self._tokens = tokens
        self._faults = None if faults == Faults() else faults
        self._arrivals = arrivals
        self._requests = 0

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return what a server needs to route requests to this service."""
        methods: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "UpsertRegistration": grpc.stream_unary_rpc_method_handler(
                self.upsert,
                request_deserializer=reader(pb.UpsertRegistrationRequest),
                response_serializer=pb.UpsertRegistrationResponse.SerializeToString,
            ),
            "DeleteRegistration": grpc.stream_unary_rpc_method_handler(
                self.delete,
                request_deserializer=reader(pb.DeleteRegistrationRequest),
                response_serializer=pb.DeleteRegistrationResponse.SerializeToString,
            ),
        }
        return grpc.method_handlers_generic_handler(SERVICE.full_name, methods)

    async def upsert(self, _messages: object, context: Context) -> pb.UpsertRegistrationResponse:
        """Add or replace a registration (V1, V2); answer when it is kept."""
        token = None if self._tokens is None else await self._admit(self._tokens, context, _UPSERT_SCOPE)
        request: pb.UpsertRegistrationRequest | None = await self._arrivals.message(context)
        lose_answer = False if self._faults is None else await self._fault(self._faults, context)
        try:
            message, number = self._identify(request, token)
            registration = from_wire(message, number=number)
            await self.registry.upsert(registration, self._clock())
        except InvalidValue as error:
            return pb.UpsertRegistrationResponse(
                status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message=_refused("upsert", error, context)
            )
        except StoreError as error:
            await _not_kept(error, context)
        if lose_answer:
            await _lose_answer(context)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("upsert %s from %s", registration, visible(context.peer()))
        return _OK

    async def delete(self, _messages: object, context: Context) -> pb.DeleteRegistrationResponse:
        """Remove a registration (V3); answer when that is kept."""
        token = None if self._tokens is None else await self._admit(self._tokens, context, _DELETE_SCOPE)
        request: pb.DeleteRegistrationRequest | None = await self._arrivals.message(context)
        lose_answer = False if self._faults is None else await self._fault(self._faults, context)
        try:
            message, number = self._identify(request, token)
            sip_uri = uri_from_wire(message)
            await self.registry.delete(number, sip_uri, self._clock())
        except (InvalidValue, NotRegistered, WrongSipUri) as error:
            return pb.DeleteRegistrationResponse(
                status_code=pb.STATUS_CODE_NOT_ACCEPTABLE, error_message=_refused("delete", error, context)
            )
        except StoreError as error:
            await _not_kept(error, context)
        if lose_answer:
            await _lose_answer(context)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("delete %s at %s from %s", number, sip_uri, visible(context.peer()))
        return _DELETED

    def _identify(self, request: Request | None, token: Token | None) -> tuple[pb.Registration, E164]:
        """Return what a request asks for, and the number that it speaks of (V4).

        Raises:
            InvalidValue: No registration, no number, or a number that is refused.
        """
        if request is None:
            raise InvalidRegistration(UNREADABLE)
        if not request.HasField("registration"):
            raise InvalidRegistration("the request is empty: set registration")
        message = request.registration
        number = number_from_wire(message)
        if token is not None and token.number is not None:
            if number is not None and number != token.number:
                raise InvalidNumber(
                    f"phone_number {number} is not the number of the user access token: "
                    f"name {token.number} or leave it out, or use a client access token (V4)"
                )
            number = token.number
        if number is None:
            whose = "" if token is None else " with a client access token"
            raise InvalidNumber(f"phone_number is missing: name the number{whose}, such as +4711111111 (V4)")
        if self._faults is not None and number in self._faults.refuse:
            raise InvalidNumber(f"{number} is refused on purpose: this core was told to refuse it")
        return message, number

    async def _admit(self, tokens: Tokens, context: Context, scope: str) -> Token:
        """Return the token of a request, or end it (V9)."""
        given = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
        only = given[0] if len(given) == 1 else None
        try:
            return tokens.check(only if isinstance(only, str) else None, scope, self._clock())
        except NoAccess as error:
            return await abort(context, grpc.StatusCode.UNAUTHENTICATED, str(error))
        except MissingScope as error:
            return await abort(context, grpc.StatusCode.PERMISSION_DENIED, str(error))

    async def _fault(self, faults: Faults, context: Context) -> bool:
        """Wait or fail as asked; return whether the answer of this request is lost after it was applied."""
        self._requests += 1
        request = self._requests
        if faults.delay:
            await asyncio.sleep(faults.delay)
        if not faults.fails(request):
            return False
        if faults.loses_answer(request):
            return True
        return await abort(context, grpc.StatusCode.UNAVAILABLE, f"request {request} fails on purpose: not applied")


def _scope(method: str) -> str:
    """Return the scope that the API's description asks for (V9)."""
    return str(SERVICE.methods_by_name[method].GetOptions().Extensions[annotations_pb2.scope])


_UPSERT_SCOPE = _scope("UpsertRegistration")
_DELETE_SCOPE = _scope("DeleteRegistration")


def _refused(verb: str, error: Exception, context: Context) -> str:
    words = str(error)
    if len(words) > MAX_WORDS:
        words = f"{words[: MAX_WORDS // 2]} … {words[-MAX_WORDS // 3 :]}"
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s from %s refused: %s", verb, visible(context.peer()), visible(words))
    return words


async def _not_kept(error: StoreError, context: Context) -> NoReturn:
    _log.error("state not written: %s", visible(str(error)))
    await abort(context, grpc.StatusCode.UNAVAILABLE, "the core cannot write its state, nothing changed: try later")


async def _lose_answer(context: Context) -> NoReturn:
    await abort(context, grpc.StatusCode.UNAVAILABLE, "the answer is lost on purpose: applied")
