"""The gRPC messages of foreseye.v1, their conversion, and the typed client."""
