"""The camera degrader: what light, optics, framing and sensor do to a photograph of an eye."""
