"""What runs out first: how fast things go at shelters and points of distribution, how long what is
there lasts, and the request that fills it up (domain §3.2, §3.3)."""

from meris.running_out.factors import Factors
from meris.running_out.listing import SHOWN, Question, listed, of_site
from meris.running_out.pods import POD_TYPES, Pod, pod_of
from meris.running_out.resupply import order

__all__ = [
    "POD_TYPES",
    "SHOWN",
    "Factors",
    "Pod",
    "Question",
    "listed",
    "of_site",
    "order",
    "pod_of",
]
