"""Measures calibres on drawn vessels of known width: bias and deviation by width, blur and summary.

    python tests/measure_calibre.py --um-per-px 4.3 --repeats 4

draws eyes at the camera's scale (see drawn_calibres.py), reads them as the runtime does, with
masks that are up to 1.5 network pixels astray, and prints two tables in micrometres: single
vessels of one width, and the six-widest summary of eyes with vessels of six widths.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Parse the command line and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--um-per-px", type=float, default=4.3, help="of the whole photograph")
    parser.add_argument("--repeats", type=int, default=3, help="seeded eyes for each row")
    parser.add_argument("--noise", type=float, default=3.0, help="deviation in grey levels")
    parser.add_argument("--reflex", type=float, default=0.3, help="share of the depth")
    parser.add_argument("--full-scale", action="store_true", help="decode at full size")
    options = parser.parse_args()
    # Else this folder, which holds tests/edge_runtime, would be taken for the package.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    tables = import_module("tests.calibre_tables")
    # Only the disc's surroundings are drawn: what a whole photograph would be decoded at.
    options.crop_share = 3.5 * 1800.0 / 10_900.0
    tables.single_widths(options)
    tables.six_widest(options)


if __name__ == "__main__":
    main()
