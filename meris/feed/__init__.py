"""The live feed: one listener a process reads the journal once and tells every client.

mailbox   what one client has still to be sent      parcels   what is new, as events for a policy
hub       the listener
"""

from meris.feed.hub import Hub
from meris.feed.mailbox import Mailbox, message
from meris.feed.parcels import MOST_IN_A_MESSAGE, MOST_MOVED

__all__ = ["MOST_IN_A_MESSAGE", "MOST_MOVED", "Hub", "Mailbox", "message"]
