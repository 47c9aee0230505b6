"""Where moving units are: what phones and trackers report, checked, kept, and handed to the feed.

fix        one position, and whether it can be true       owntracks, traccar   how programs say it
track      what a device said last: jumps, pace           roster               who may report now
writer     many requests, one commit                      intake               all of that together
devices    setting up a person's own device               page                 the phone page's own
"""

from meris.positions import devices, owntracks, page, traccar
from meris.positions.fix import Fix
from meris.positions.intake import Intake, Verdict

__all__ = ["Fix", "Intake", "Verdict", "devices", "owntracks", "page", "traccar"]
