"""`python -m meris.language [part …]` brings the catalogs up to date with the texts in the code."""

import sys

from meris.language.gathering import PARTS, update

if __name__ == "__main__":
    update(tuple(sys.argv[1:]) or PARTS)
