"""Incidents: an occurrence that needs a response, from the call to the closing.

types     what may happen, found by what people call it
places    what a caller says, as a place; sites: resources as places
create    a new one: number, place, needs, first entry of the log
write     changing one that somebody saw at a version; conflict: who was faster
moves     its status
lines     the units that are committed to it, as they are told
parents   the big incident that others belong to
needs     what it asks for
log       who wrote what when
read      finding one; detail: everything of one; listing: many; similar: reported already?

None of them knows `dispatch`, which sends units and closes.
"""
