"""Server reflection, so that clients such as grpcurl need no `.proto` files.

grpcio-reflection speaks v1alpha only. v1 differs in its package name alone (gRPC's
`doc/server-reflection.md`), so the same handler serves both.
"""

from collections.abc import Iterable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection, reflection_pb2

V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"
V1 = "grpc.reflection.v1.ServerReflection"


def add_reflection(server: grpc.aio.Server, files: Iterable[FileDescriptor]) -> None:
    """Let a server tell of the services in these files, and of reflection itself.

    Args:
        server: A server that has not started.
        files: Files with services; what they import is told too, nothing else of this process is.
    """
    pool = DescriptorPool()
    known: set[str] = set()
    services = [V1ALPHA, V1]
    for file in (*files, reflection_pb2.DESCRIPTOR):
        _add(pool, file, known)
        services += [service.full_name for service in file.services_by_name.values()]
    pool.AddSerializedFile(_v1().SerializeToString())
    servicer = reflection.aio.ReflectionServicer(sorted(set(services)), pool=_Symbols(pool))
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler}) for name in (V1ALPHA, V1)]
    )


class _Symbols:
    """A pool that finds methods too: protobuf's own knows the names of services and types only."""

    def __init__(self, pool: DescriptorPool) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:
        """Return the file that declares a type, a service or a method; KeyError where none does."""
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            name, _, method = symbol.rpartition(".")
            service = self._pool.FindServiceByName(name)
            if method not in service.methods_by_name:
                raise
            return service.file


def _add(pool: DescriptorPool, file: FileDescriptor, known: set[str]) -> None:
    if file.name not in known:
        known.add(file.name)
        for imported in file.dependencies:
            _add(pool, imported, known)
        pool.AddSerializedFile(file.serialized_pb)


def _v1() -> FileDescriptorProto:
    """Return the description of v1, made from that of v1alpha."""
    text = FileDescriptorProto.FromString(reflection_pb2.DESCRIPTOR.serialized_pb)
    text.name = "grpc/reflection/v1/reflection.proto"
    text.package = "grpc.reflection.v1"
    for message in text.message_type:
        for field in message.field:
            if field.type_name:
                field.type_name = field.type_name.replace(".v1alpha.", ".v1.")
    for service in text.service:
        for method in service.method:
            method.input_type = method.input_type.replace(".v1alpha.", ".v1.")
            method.output_type = method.output_type.replace(".v1alpha.", ".v1.")
    return text
