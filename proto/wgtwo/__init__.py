"""Protobuf and gRPC code of the operator's API, generated from the .proto files beside it."""
