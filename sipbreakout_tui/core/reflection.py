"""Server reflection, so that clients such as grpcurl need no `.proto` files.

grpcio-reflection speaks v1alpha only. v1 differs in its package name alone (gRPC's
`doc/server-reflection.md`), so the same handler serves both.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
import grpc.aio
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection, reflection_pb2

from sipbreakout_tui.core.arrival import UNREADABLE, Context, Places, abort, reader

V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"
V1 = "grpc.reflection.v1.ServerReflection"


MAX_OPEN = 100
"""The most calls at once; a client asks a few things, and ends its call."""

OPEN_SECONDS = 60.0
"""How long a call may last: a client that has more to ask opens another one."""


class Reflection:
    """Tells of the services in some files, and of reflection itself."""

    def __init__(self, files: Iterable[FileDescriptor]) -> None:
        """Take the files with services; what they import is told too, nothing else of this process is."""
        pool = DescriptorPool()
        known: set[str] = set()
        services = [V1ALPHA, V1]
        for file in (*files, reflection_pb2.DESCRIPTOR):
            _add(pool, file, known)
            services += [service.full_name for service in file.services_by_name.values()]
        pool.AddSerializedFile(_v1().SerializeToString())
        self._servicer = reflection.aio.ReflectionServicer(sorted(set(services)), pool=_Symbols(pool))
        self._places = Places(MAX_OPEN)

    def handlers(self) -> grpc.GenericRpcHandler:
        """Return what a server needs to route requests of both versions here."""
        handler = grpc.stream_stream_rpc_method_handler(
            self.answer,
            request_deserializer=reader(reflection_pb2.ServerReflectionRequest),
            response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
        return _BothVersions(handler)

    async def answer(self, _messages: object, context: Context) -> None:
        """Answer question after question."""
        with self._places.place() as is_free:
            if not is_free:
                await abort(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too many ask already: try later")
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    async for answer in self._servicer.ServerReflectionInfo(_questions(context), context):
                        await context.write(answer)
            except TimeoutError:
                await abort(context, grpc.StatusCode.DEADLINE_EXCEEDED, f"open for {OPEN_SECONDS:g} s: ask again")


class _BothVersions(grpc.GenericRpcHandler):
    """Routes both versions to the same handler."""

    def __init__(self, handler: "grpc.RpcMethodHandler[Any, Any]") -> None:
        self._methods = {f"/{name}/ServerReflectionInfo": handler for name in (V1ALPHA, V1)}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any] | None":
        return self._methods.get(handler_call_details.method)


async def _questions(context: Context) -> AsyncIterator[Any]:
    while (question := await context.read()) is not grpc.aio.EOF:
        if question is None:
            await abort(context, grpc.StatusCode.INVALID_ARGUMENT, UNREADABLE)
        yield question


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
