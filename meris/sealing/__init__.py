"""The tamper-evident journal: seals over its rows, in a chain, and the root of each day (ADR 17).

Sealing is behind the writers and costs them nothing. Verifying needs nothing but SQL and SHA-256.
"""

from meris.sealing.chain import BATCH, State, let_go, seal_all, seal_some, state
from meris.sealing.roots import Root, first_day, prefix_of, root_of, roots, short, with_hash
from meris.sealing.verify import Fault, Verdict, verify

__all__ = [
    "BATCH",
    "Fault",
    "Root",
    "State",
    "Verdict",
    "first_day",
    "let_go",
    "prefix_of",
    "root_of",
    "roots",
    "seal_all",
    "seal_some",
    "short",
    "state",
    "verify",
    "with_hash",
]
