"""Checkpoint to ONNX to a signed bundle, with parity proved on the way."""
