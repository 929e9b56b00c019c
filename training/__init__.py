"""Trains the models: PyTorch and MONAI, on the preprocessing and the words of edge_runtime."""
