"""Accounts: who may see and do what, the people and machines behind it, and how they prove it.

roles      roles, what each may see and do; `Viewer` is what every other module is given
agencies   who owns resources and employs people
people     accounts of persons
admin      what an administrator does with them
passwords  what makes a password good enough, and how it is kept
sign_ins   sessions, kept in the database so that they can be ended
guesses    how often a password or code may be tried
tokens     keys for an agency's machines
"""

from meris.accounts.roles import PUBLIC, ROLES, Policy, RoleRules, Viewer, guarded, viewer_of

__all__ = ["PUBLIC", "ROLES", "Policy", "RoleRules", "Viewer", "guarded", "viewer_of"]
