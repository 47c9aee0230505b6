"""What people on duty must be told: kept, shown on the phone, and sent to it by Web Push."""

from meris.notices.crews import ended, moved, sent
from meris.notices.keep import mark_seen, newest, tell
from meris.notices.watch import Watch, Watcher, interests

__all__ = [
    "Watch",
    "Watcher",
    "ended",
    "interests",
    "mark_seen",
    "moved",
    "newest",
    "sent",
    "tell",
]
