"""What has to be confirmed, and who asked: the worklist of the desk that phones around."""

from meris.freshness.ages import OF_KIND as GROUPS_OF
from meris.freshness.ages import save as save_ages
from meris.freshness.ages import shown as ages_shown
from meris.freshness.contact import (
    HANDS,
    Hand,
    Tried,
    cannot_reach,
    changed,
    let_go,
    still_true,
    take,
    tries,
)
from meris.freshness.due import MOST_COUNTED, PAGE, Asked, mine, total, worklist
from meris.freshness.rows import Reason, Row, rows_of

__all__ = [
    "GROUPS_OF",
    "HANDS",
    "MOST_COUNTED",
    "PAGE",
    "Asked",
    "Hand",
    "Reason",
    "Row",
    "Tried",
    "ages_shown",
    "cannot_reach",
    "changed",
    "let_go",
    "mine",
    "rows_of",
    "save_ages",
    "still_true",
    "take",
    "total",
    "tries",
    "worklist",
]
