"""foreseye.v1.Records: the clinic's records over gRPC."""
