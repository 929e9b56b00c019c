"""The same network in fewer bits: int8 and fp16 artefacts derived from a finished bundle's fp32."""
