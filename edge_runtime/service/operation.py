"""foreseye.v1.Operation: which bundle serves, for callers on the box or with a certificate."""

from __future__ import annotations

from typing import Any

from edge_runtime.service.bundles import Bundles
from edge_runtime.service.caller import check_may_operate
from edge_runtime.service.refusals import blotter, errors_as_status
from edge_runtime.wire import screening_pb2 as pb
from edge_runtime.wire.convert_bundle import bundle_to_wire
from edge_runtime.wire.screening_pb2_grpc import OperationServicer


class OperationService(OperationServicer):
    """Switches bundles and rolls them back."""

    def __init__(self, bundles: Bundles, first_folder: str) -> None:
        """Switch `bundles`; `first_folder` is the one that the server was started with."""
        self._bundles = bundles
        self._first_folder = first_folder

    async def SwitchBundle(  # noqa: N802 - the proto's name
        self, request: pb.SwitchBundleRequest, context: Any
    ) -> pb.BundleInService:
        """Serve another bundle, once it is proved; on failure the old one stays."""
        async with errors_as_status(context, "SwitchBundle", blotter(())):
            check_may_operate(context)
            folder = request.folder or self._first_folder
            bundle = await self._bundles.switch(folder, allow_rollback=request.allow_rollback)
        return bundle_to_wire(bundle)

    async def RollBackBundle(  # noqa: N802 - the proto's name
        self, request: pb.RollBackBundleRequest, context: Any
    ) -> pb.BundleInService:
        """Serve the bundle before this one."""
        del request  # it has no fields
        async with errors_as_status(context, "RollBackBundle", blotter(())):
            check_may_operate(context)
            bundle = await self._bundles.roll_back()
        return bundle_to_wire(bundle)
