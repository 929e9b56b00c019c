"""The few calls of the CUDA driver that running an engine takes: memory, copies, one stream.

By ctypes on libcuda.so.1, which every driver brings and whose interface does not change; so no
package of a certain CUDA version is needed beside TensorRT's own.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_runtime.errors import BackendUnavailable, InferenceFailed

LIBRARY = "libcuda.so.1"
CAPABILITY_MAJOR, CAPABILITY_MINOR, MULTIPROCESSORS = 75, 76, 16
"""CUdevice_attribute of the driver's header."""

_NAME_BYTES = 256


@dataclass(frozen=True)
class Device:
    """What an engine is built for and runs on."""

    name: str
    capability: str
    """Such as 8.7, of Orin."""
    multiprocessors: int
    memory_mb: int
    driver: int


class CudaDriver:
    """The first device, its primary context and one stream."""

    def __init__(self, library: Any = None) -> None:
        """Raises BackendUnavailable where there is no driver or no device."""
        try:
            self._cuda = library or ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise BackendUnavailable(f"no CUDA driver: {error}") from None
        self._call("cuInit", 0, missing=True)
        self._device = ctypes.c_int()
        self._call("cuDeviceGet", ctypes.byref(self._device), 0, missing=True)
        context = ctypes.c_void_p()
        self._call("cuDevicePrimaryCtxRetain", ctypes.byref(context), self._device, missing=True)
        self._context = context
        self.use()
        stream = ctypes.c_void_p()
        self._call("cuStreamCreate", ctypes.byref(stream), 0)
        self.stream = int(stream.value or 0)

    def use(self) -> None:
        """Make the device's context that of the calling thread."""
        self._call("cuCtxSetCurrent", self._context)

    def device(self) -> Device:
        """Return the device."""
        name = ctypes.create_string_buffer(_NAME_BYTES)
        self._call("cuDeviceGetName", name, _NAME_BYTES, self._device)
        memory, driver = ctypes.c_size_t(), ctypes.c_int()
        self._call("cuDeviceTotalMem_v2", ctypes.byref(memory), self._device)
        self._call("cuDriverGetVersion", ctypes.byref(driver))
        major, minor, multiprocessors = (
            self._attribute(a) for a in (CAPABILITY_MAJOR, CAPABILITY_MINOR, MULTIPROCESSORS)
        )
        return Device(
            name.value.decode(errors="replace"),
            f"{major}.{minor}",
            multiprocessors,
            memory.value >> 20,
            driver.value,
        )

    def allocated(self, num_bytes: int) -> int:
        """Return the address of new device memory."""
        address = ctypes.c_uint64()
        self._call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(num_bytes))
        return int(address.value)

    def free(self, address: int) -> None:
        """Give device memory back."""
        self._call("cuMemFree_v2", ctypes.c_uint64(address))

    def copy_in(self, address: int, values: np.ndarray) -> None:
        """Copy a contiguous array to the device, in the order of the stream."""
        self._call(
            "cuMemcpyHtoDAsync_v2",
            ctypes.c_uint64(address),
            ctypes.c_void_p(values.ctypes.data),
            ctypes.c_size_t(values.nbytes),
            ctypes.c_void_p(self.stream),
        )

    def copy_out(self, values: np.ndarray, address: int) -> None:
        """Copy from the device into a contiguous array, in the order of the stream."""
        self._call(
            "cuMemcpyDtoHAsync_v2",
            ctypes.c_void_p(values.ctypes.data),
            ctypes.c_uint64(address),
            ctypes.c_size_t(values.nbytes),
            ctypes.c_void_p(self.stream),
        )

    def wait(self) -> None:
        """Return when everything on the stream is done."""
        self._call("cuStreamSynchronize", ctypes.c_void_p(self.stream))

    def close(self) -> None:
        """Give the stream and the context back."""
        self._call("cuStreamDestroy_v2", ctypes.c_void_p(self.stream))
        self._call("cuDevicePrimaryCtxRelease_v2", self._device)

    def _attribute(self, attribute: int) -> int:
        value = ctypes.c_int()
        self._call("cuDeviceGetAttribute", ctypes.byref(value), attribute, self._device)
        return value.value

    def _call(self, name: str, *arguments: Any, missing: bool = False) -> None:
        code = getattr(self._cuda, name)(*arguments)
        if code:
            error = BackendUnavailable if missing else InferenceFailed
            raise error(f"{name} of the CUDA driver failed with code {code}")
