"""What the entries of one ZIP may inflate to, all together: a bomb may be many small ones.

It is settled from the directory, before anything is inflated: an entry never gives more bytes than
its directory entry states, and what is refused here is never opened. So memory is that of one
entry, and work is bounded by what stands in the settings and not by what an archive claims.
"""

from __future__ import annotations

from edge_runtime.settings import Settings
from edge_runtime.zip_archive import ZipEntry


class Allowance:
    """Takes an archive's entries one by one, and says which go beyond what it may have.

    An entry that inflates to no more than the ratio times its own packed bytes cannot lift the
    whole archive above the ratio, so however many bombs stand before it, an honest photograph is
    never refused for it. The others share a leeway: small archives of blank pictures are honest.
    """

    def __init__(self, archive_bytes: int, settings: Settings) -> None:
        """`archive_bytes` is the size of the archive's own file."""
        self._settings = settings
        self._packed_left = archive_bytes
        self._inflated_left = settings.max_archive_bytes
        self._leeway_left = settings.archive_leeway_bytes

    def fault(self, entry: ZipEntry) -> str | None:
        """Return why an entry goes beyond what the archive may have; None, and it is counted."""
        if entry.num_bytes > self._settings.max_photograph_bytes:
            return None  # Refused by itself, and never inflated.
        ratio = self._settings.max_archive_ratio
        beyond = max(0, entry.num_bytes - ratio * entry.packed_bytes)
        if entry.packed_bytes > self._packed_left:
            return "it stands on the same bytes as other entries"
        if entry.num_bytes > self._inflated_left:
            most_gb = self._settings.max_archive_bytes / 1e9
            return f"with it the ZIP inflates to more than {most_gb:,.3g} GB in all"
        if beyond > self._leeway_left:
            return f"with it the ZIP inflates to more than {ratio} times its own size"
        self._packed_left -= entry.packed_bytes
        self._inflated_left -= entry.num_bytes
        self._leeway_left -= beyond
        return None
