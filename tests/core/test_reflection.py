"""A client without our files: everything it knows it asked for, as grpcurl does."""

from collections.abc import Iterable

import grpc
import grpc.aio
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2

from sipbreakout_tui.core import EmbeddedCore
from sipbreakout_tui.core.reflection import V1, V1ALPHA
from tests.core.conftest import NUMBER, SECONDS, URI, Asked, TlsPaths, trusting

SERVICE = "wgtwo.sipbreakout.v1.SipBreakoutService"
HEALTH = "grpc.health.v1.Health"


class Reflector:
    """Asks one version of server reflection; v1 has the messages of v1alpha."""

    def __init__(self, channel: grpc.aio.Channel, service: str) -> None:
        self.channel = channel
        self.pool = DescriptorPool()
        self._known: set[str] = set()
        self._call: grpc.aio.StreamStreamMultiCallable[object, reflection_pb2.ServerReflectionResponse] = (
            channel.stream_stream(
                f"/{service}/ServerReflectionInfo",
                request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
                response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
            )
        )

    async def ask(self, *questions: dict[str, object]) -> list[dict[str, object]]:
        requests = [reflection_pb2.ServerReflectionRequest(**question) for question in questions]
        answers = [answer async for answer in self._call(iter(requests), timeout=SECONDS)]
        assert [answer.original_request for answer in answers] == requests
        for answer in answers:
            self._learn(answer.file_descriptor_response.file_descriptor_proto)
        return [MessageToDict(answer) for answer in answers]

    async def services(self) -> list[str]:
        (answer,) = await self.ask({"list_services": ""})
        return [service["name"] for service in answer["listServicesResponse"]["service"]]  # type: ignore[index]

    async def method(self, service: str, name: str) -> MethodDescriptor:
        await self.ask({"file_containing_symbol": service})
        return self.pool.FindServiceByName(service).methods_by_name[name]

    async def call(self, service: str, name: str, request: dict[str, object]) -> dict[str, object]:
        method = await self.method(service, name)
        answer = GetMessageClass(method.output_type)

        def serialized(message: Message) -> bytes:
            return message.SerializeToString()

        unary: grpc.aio.UnaryUnaryMultiCallable[Message, Message] = self.channel.unary_unary(
            f"/{service}/{name}",
            request_serializer=serialized,
            response_deserializer=answer.FromString,
        )
        got = await unary(ParseDict(request, GetMessageClass(method.input_type)()), timeout=SECONDS)
        return MessageToDict(got)

    def _learn(self, files: Iterable[bytes]) -> None:
        found = {file.name: file for file in map(FileDescriptorProto.FromString, files)}

        def add(name: str) -> None:
            if name not in self._known:
                self._known.add(name)
                for imported in found[name].dependency:
                    add(imported)
                self.pool.Add(found[name])

        for name in found:
            add(name)


@pytest.fixture(params=[V1, V1ALPHA])
def reflector(request: pytest.FixtureRequest, asked: Asked) -> Reflector:
    return Reflector(asked.channel, request.param)


async def test_it_lists_the_services_and_can_describe_each(reflector: Reflector) -> None:
    services = await reflector.services()
    assert services == sorted([V1, V1ALPHA, HEALTH, SERVICE])
    for service in services:
        await reflector.ask({"file_containing_symbol": service})
        assert reflector.pool.FindServiceByName(service).methods


async def test_it_calls_methods_without_files(reflector: Reflector) -> None:
    registration = {"phoneNumber": {"e164": NUMBER}, "sipUri": URI, "routeType": "ROUTE_TYPE_LOOP_MO"}
    upserted = await reflector.call(SERVICE, "UpsertRegistration", {"registration": registration})
    assert upserted == {"statusCode": "STATUS_CODE_OK", "timeToLive": "3600s"}
    deleted = await reflector.call(SERVICE, "DeleteRegistration", {"registration": registration})
    assert deleted == {"statusCode": "STATUS_CODE_OK"}
    again = await reflector.call(SERVICE, "DeleteRegistration", {"registration": registration})
    assert again["statusCode"] == "STATUS_CODE_NOT_ACCEPTABLE"
    assert await reflector.call(HEALTH, "Check", {"service": SERVICE}) == {"status": "SERVING"}


async def test_the_scope_is_told(reflector: Reflector) -> None:
    method = await reflector.method(SERVICE, "UpsertRegistration")
    scope = reflector.pool.FindExtensionByName("wgtwo.scope")
    assert b"call.routing:write" in method.GetOptions().SerializeToString()
    assert scope.number == 50013


async def test_every_question_has_an_answer(reflector: Reflector) -> None:
    answers = await reflector.ask(
        {"file_by_filename": "wgtwo/sipbreakout/v1/sipbreakout.proto"},
        {"file_containing_symbol": "wgtwo.sipbreakout.v1.RouteType"},
        {"file_containing_symbol": f"{SERVICE}.UpsertRegistration"},
        {
            "file_containing_extension": reflection_pb2.ExtensionRequest(
                containing_type="google.protobuf.MethodOptions", extension_number=50013
            )
        },
        {"all_extension_numbers_of_type": "google.protobuf.MethodOptions"},
    )
    assert [next(key for key in answer if key.endswith("Response")) for answer in answers] == [
        *["fileDescriptorResponse"] * 4,
        "allExtensionNumbersResponse",
    ]


@pytest.mark.parametrize(
    "question",
    [
        {"file_by_filename": "etc/passwd"},
        {"file_by_filename": ""},
        {"file_containing_symbol": ""},
        {"file_containing_symbol": "\x1b[31m"},
        {"file_containing_symbol": "wgtwo"},
        {"file_containing_symbol": f"{SERVICE}.ListRegistrations"},
        {"file_containing_symbol": "grpc.channelz.v1.Channelz"},
        {"file_containing_extension": reflection_pb2.ExtensionRequest()},
        {"all_extension_numbers_of_type": "nothing"},
        {},
    ],
)
async def test_odd_questions_are_answered_with_an_error(reflector: Reflector, question: dict[str, object]) -> None:
    first, second = await reflector.ask(question, {"file_containing_symbol": SERVICE})
    assert "errorResponse" in first
    assert "fileDescriptorResponse" in second


@pytest.mark.parametrize("version", [V1, V1ALPHA])
async def test_it_needs_no_token(tls: TlsPaths, version: str) -> None:
    tokens = tls.ca.with_name("tokens.toml")
    tokens.write_text('[[token]]\ntoken = "abc"\nkind = "client"\nscopes = []\n', encoding="utf-8")
    async with (
        EmbeddedCore(tokens=tokens, tls_cert=tls.cert, tls_key=tls.key) as core,
        grpc.aio.secure_channel(core.address, trusting(tls)) as channel,
    ):
        reflector = Reflector(channel, version)
        assert SERVICE in await reflector.services()
        assert await reflector.call(HEALTH, "Check", {}) == {"status": "SERVING"}
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await reflector.call(SERVICE, "UpsertRegistration", {})
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
