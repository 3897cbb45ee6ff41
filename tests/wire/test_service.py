"""The generated stub and servicer against a peer that knows only paths and bytes."""

from collections.abc import AsyncIterator

import grpc
import grpc.aio
import pytest

from wgtwo.sipbreakout.v1 import sipbreakout_pb2 as pb
from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc as pb_grpc

UPSERT = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration"
DELETE = "/wgtwo.sipbreakout.v1.SipBreakoutService/DeleteRegistration"
REQUEST = b"\x0a\x12\x1a\x0esips:a.example\x20\x01"
UPSERTED = b"\x08\x01\x1a\x03\x08\x90\x1c"
REFUSED = b"\x08\x02\x12\x04none"


class Core(pb_grpc.SipBreakoutServiceServicer):
    """Answers with what the bytes above say, if the request is what they say."""

    async def UpsertRegistration(
        self, request: pb.UpsertRegistrationRequest, context: object
    ) -> pb.UpsertRegistrationResponse:
        assert request == pb.UpsertRegistrationRequest.FromString(REQUEST)
        return pb.UpsertRegistrationResponse.FromString(UPSERTED)

    async def DeleteRegistration(
        self, request: pb.DeleteRegistrationRequest, context: object
    ) -> pb.DeleteRegistrationResponse:
        assert request == pb.DeleteRegistrationRequest.FromString(REQUEST)
        return pb.DeleteRegistrationResponse.FromString(REFUSED)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """A server with our servicer, on a free port of the loopback interface."""
    server = grpc.aio.server()
    pb_grpc.add_SipBreakoutServiceServicer_to_server(Core(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(grace=None)


@pytest.fixture
async def foreign_address() -> AsyncIterator[str]:
    """A server that answers bytes with bytes, on a free port of the loopback interface."""

    async def upsert(request: bytes, context: object) -> bytes:
        assert request == REQUEST
        return UPSERTED

    async def delete(request: bytes, context: object) -> bytes:
        assert request == REQUEST
        return REFUSED

    server = grpc.aio.server()
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
        "UpsertRegistration": grpc.unary_unary_rpc_method_handler(upsert),
        "DeleteRegistration": grpc.unary_unary_rpc_method_handler(delete),
    }
    service = UPSERT.split("/")[1]
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(grace=None)


@pytest.mark.parametrize(("path", "response"), [(UPSERT, UPSERTED), (DELETE, REFUSED)])
async def test_any_client_reaches_our_servicer(address: str, path: str, response: bytes) -> None:
    async with grpc.aio.insecure_channel(address) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path)
        assert await call(REQUEST) == response


async def test_our_stub_reaches_any_server(foreign_address: str) -> None:
    registration = pb.Registration(sip_uri="sips:a.example", route_type=pb.ROUTE_TYPE_LOOP)
    async with grpc.aio.insecure_channel(foreign_address) as channel:
        stub = pb_grpc.SipBreakoutServiceStub(channel)
        upserted = await stub.UpsertRegistration(pb.UpsertRegistrationRequest(registration=registration))
        refused = await stub.DeleteRegistration(pb.DeleteRegistrationRequest(registration=registration))
    assert upserted.status_code == pb.STATUS_CODE_OK
    assert upserted.time_to_live.ToTimedelta().total_seconds() == 3600
    assert refused.status_code == pb.STATUS_CODE_NOT_ACCEPTABLE
    assert refused.error_message == "none"
