"""The fundus without vessels or lesions: choroid, macula, nerve fibres, disc."""
