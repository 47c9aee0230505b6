"""A backup is one file, and a restore is all of it or nothing (docs/operations.md, a runbook).

meris-20261122T193415Z.backup    a tar file of mode 0600, which needs nothing of MERIS to be read:
    meris.dump                   pg_dump's custom format: every row, in one snapshot
    home/secret.key              what signs cookies and opens the secrets of second factors
    manifest.json                what it is of, when, the rows of each table, each part's digest
    SHA256SUMS                   of everything above, for `sha256sum --check`

made = backup.make(settings, folder, tell=print)
backup.check(made.file)
backup.restore(made.file, target, settings)
"""

from meris.backup.archive import check
from meris.backup.making import Made, make
from meris.backup.manifest import Manifest
from meris.backup.restoring import Restored, restore
from meris.backup.state import Known, keep_newest, last_known
from meris.backup.targets import InPlace, Own, Private, Target, own

__all__ = [
    "InPlace",
    "Known",
    "Made",
    "Manifest",
    "Own",
    "Private",
    "Restored",
    "Target",
    "check",
    "keep_newest",
    "last_known",
    "make",
    "own",
    "restore",
]
