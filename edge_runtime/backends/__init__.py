"""Engines that run a model file. They know tensors, nothing of eyes."""
