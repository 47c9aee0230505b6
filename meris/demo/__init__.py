"""The exercise: a whole state in a bad week, made up, so that there is something to look at.

    from meris import demo
    report = demo.load(database, settings)

Everything is invented except where towns and counties are. No package of real shelters, people
or phone numbers stands behind it, and it is refused in production.

story      what happens and where            ground     where people live, to build on
agencies   who owns what                     quotas     how many of everything a county gets
shelters, supplies, units                    make the resources of one county (`world.Scene`)
exercise   all of that together              store      COPY, through the journal
people     the accounts                      loading    `load`
"""

from meris.demo.loading import EXERCISE, SEED, Report, is_empty, load
from meris.demo.people import DemoAccount, Part

__all__ = ["EXERCISE", "SEED", "DemoAccount", "Part", "Report", "is_empty", "load"]
