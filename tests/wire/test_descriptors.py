"""The compiled descriptors hold the published interface: nothing more and nothing less."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto

from wgtwo.annotations import annotations_pb2
from wgtwo.common.v1 import phonenumber_pb2
from wgtwo.sipbreakout.v1 import sipbreakout_pb2

Fields = dict[str, tuple[int, str]]
"""Field name to number and type; every field of this API is singular."""

Values = dict[str, int]

SIPBREAKOUT = "wgtwo.sipbreakout.v1"


@dataclass(frozen=True)
class Method:
    request: str
    response: str
    scope: str


@dataclass(frozen=True)
class File:
    """What one .proto file declares, types by their full name, in the order of the file."""

    name: str
    package: str
    imports: list[str]
    messages: dict[str, Fields] = field(default_factory=dict)
    enums: dict[str, Values] = field(default_factory=dict)
    services: dict[str, dict[str, Method]] = field(default_factory=dict)
    method_options: Fields = field(default_factory=dict)


ANNOTATIONS = File(
    name="wgtwo/annotations/annotations.proto",
    package="wgtwo",
    imports=["google/protobuf/descriptor.proto"],
    enums={"ReleaseStatus": {"UNSPECIFIED": 0, "STABLE": 1, "BETA": 2, "DEPRECATED": 3}},
    method_options={"scope": (50013, "string"), "status": (50015, "enum wgtwo.ReleaseStatus")},
)

PHONENUMBER = File(
    name="wgtwo/common/v1/phonenumber.proto",
    package="wgtwo.common.v1",
    imports=[],
    messages={
        "E164": {"e164": (1, "string")},
        "National": {"number": (1, "string")},
        "Alphanumeric": {"text": (1, "string")},
    },
)

SERVICE = File(
    name="wgtwo/sipbreakout/v1/sipbreakout.proto",
    package=SIPBREAKOUT,
    imports=[
        "google/protobuf/duration.proto",
        "wgtwo/annotations/annotations.proto",
        "wgtwo/common/v1/phonenumber.proto",
    ],
    messages={
        "Registration": {
            "mobile_originating_prefix": (1, "string"),
            "mobile_terminating_prefix": (2, "string"),
            "sip_uri": (3, "string"),
            "route_type": (4, f"enum {SIPBREAKOUT}.RouteType"),
            "phone_number": (5, "message wgtwo.common.v1.E164"),
        },
        "UpsertRegistrationRequest": {"registration": (1, f"message {SIPBREAKOUT}.Registration")},
        "UpsertRegistrationResponse": {
            "status_code": (1, f"enum {SIPBREAKOUT}.StatusCode"),
            "error_message": (2, "string"),
            "time_to_live": (3, "message google.protobuf.Duration"),
        },
        "DeleteRegistrationRequest": {"registration": (1, f"message {SIPBREAKOUT}.Registration")},
        "DeleteRegistrationResponse": {
            "status_code": (1, f"enum {SIPBREAKOUT}.StatusCode"),
            "error_message": (2, "string"),
        },
    },
    enums={
        "StatusCode": {
            "STATUS_CODE_UNSPECIFIED": 0,
            "STATUS_CODE_OK": 1,
            "STATUS_CODE_NOT_ACCEPTABLE": 2,
        },
        "RouteType": {
            "ROUTE_TYPE_UNSPECIFIED": 0,
            "ROUTE_TYPE_LOOP": 1,
            "ROUTE_TYPE_FORK": 2,
            "ROUTE_TYPE_FALLBACK": 3,
            "ROUTE_TYPE_LOOP_MO": 4,
            "ROUTE_TYPE_LOOP_MT": 5,
            "ROUTE_TYPE_INGRESS": 6,
        },
    },
    services={
        "SipBreakoutService": {
            "UpsertRegistration": Method(
                request=f"{SIPBREAKOUT}.UpsertRegistrationRequest",
                response=f"{SIPBREAKOUT}.UpsertRegistrationResponse",
                scope="call.routing:write",
            ),
            "DeleteRegistration": Method(
                request=f"{SIPBREAKOUT}.DeleteRegistrationRequest",
                response=f"{SIPBREAKOUT}.DeleteRegistrationResponse",
                scope="call.routing:write",
            ),
        }
    },
)

FILES = [
    pytest.param(annotations_pb2.DESCRIPTOR, ANNOTATIONS, id="annotations"),
    pytest.param(phonenumber_pb2.DESCRIPTOR, PHONENUMBER, id="phonenumber"),
    pytest.param(sipbreakout_pb2.DESCRIPTOR, SERVICE, id="sipbreakout"),
]


def add_field(add: Callable[..., FieldDescriptorProto], name: str, number: int, kind: str) -> FieldDescriptorProto:
    """Add a singular field of the type that ``kind`` tells, and return it."""
    added = add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
    word, _, type_name = kind.partition(" ")
    added.type = FieldDescriptorProto.Type.Value(f"TYPE_{word.upper()}")
    if type_name:
        added.type_name = f".{type_name}"
    return added


def descriptor_of(table: File) -> descriptor_pb2.FileDescriptorProto:
    """Return the descriptor of a file that declares what ``table`` says and nothing else."""
    proto = descriptor_pb2.FileDescriptorProto(
        name=table.name, package=table.package, dependency=table.imports, syntax="proto3"
    )
    for name, fields in table.messages.items():
        message = proto.message_type.add(name=name)
        for field_name, (number, kind) in fields.items():
            add_field(message.field.add, field_name, number, kind)
    for name, values in table.enums.items():
        enum = proto.enum_type.add(name=name)
        for value_name, number in values.items():
            enum.value.add(name=value_name, number=number)
    for name, (number, kind) in table.method_options.items():
        add_field(proto.extension.add, name, number, kind).extendee = ".google.protobuf.MethodOptions"
    for name, methods in table.services.items():
        service = proto.service.add(name=name)
        for method_name, method in methods.items():
            added = service.method.add(
                name=method_name, input_type=f".{method.request}", output_type=f".{method.response}"
            )
            added.options.Extensions[annotations_pb2.scope] = method.scope
    return proto


def compiled(descriptor: FileDescriptor) -> descriptor_pb2.FileDescriptorProto:
    proto = descriptor_pb2.FileDescriptorProto()
    descriptor.CopyToProto(proto)
    return proto


@pytest.mark.parametrize(("descriptor", "table"), FILES)
def test_file_declares_exactly_the_table(descriptor: FileDescriptor, table: File) -> None:
    # As text, so that a failure shows the line; then as messages, unknown fields included.
    assert str(compiled(descriptor)) == str(descriptor_of(table))
    assert compiled(descriptor) == descriptor_of(table)


def test_every_proto_file_is_in_the_table() -> None:
    root = Path(__file__).resolve().parents[2] / "proto"
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.proto")}
    assert found == {table.name for table in (ANNOTATIONS, PHONENUMBER, SERVICE)}


@pytest.mark.parametrize(("number", "name"), [(50013, "wgtwo.scope"), (50015, "wgtwo.status")])
def test_method_options_are_known_to_the_runtime(number: int, name: str) -> None:
    options = descriptor_pb2.MethodOptions.DESCRIPTOR
    assert options.file.pool.FindExtensionByNumber(options, number).full_name == name


@pytest.mark.parametrize("name", list(SERVICE.services["SipBreakoutService"]))
def test_methods_are_unary_and_need_the_scope(name: str) -> None:
    method = sipbreakout_pb2.DESCRIPTOR.services_by_name["SipBreakoutService"].methods_by_name[name]
    assert not method.client_streaming
    assert not method.server_streaming
    assert method.GetOptions().Extensions[annotations_pb2.scope] == "call.routing:write"
    assert not method.GetOptions().HasExtension(annotations_pb2.status)


def test_grpc_code_calls_the_published_paths() -> None:
    from wgtwo.sipbreakout.v1 import sipbreakout_pb2_grpc

    source = Path(sipbreakout_pb2_grpc.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"'(/[^']+)'", source)) == {
        f"/{SIPBREAKOUT}.SipBreakoutService/{name}" for name in SERVICE.services["SipBreakoutService"]
    }
