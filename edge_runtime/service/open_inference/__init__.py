"""inference.GRPCInferenceService: the bundle's models for stock Triton and KServe clients."""
