"""A bundle's graphs as other servers take them: a Triton model repository, and KServe's YAML."""
