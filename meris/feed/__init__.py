"""The live feed: one listener a process reads the journal once and tells every client.

mailbox   what one client has still to be sent      parcels   what is new, as events for a policy
hub       the listener
"""

from meris.feed.hub import BEAT_SECONDS, RETRY, Hub
from meris.feed.mailbox import Mailbox, message
from meris.feed.parcels import MOST_IN_A_MESSAGE, MOST_MOVED

__all__ = ["BEAT_SECONDS", "MOST_IN_A_MESSAGE", "MOST_MOVED", "RETRY", "Hub", "Mailbox", "message"]
