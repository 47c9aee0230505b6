"""Who may do what, address by address: a second opinion, written by hand from the product's rules
(docs/operations.md, the pages it leads to, and what each role is for) and not from the code.

A line of `TABLE`:

    METHOD  /address   what the address's id stands for | who may, of the own agency | of another

Where there are no ids, there is one column of people. `-` is nobody at all; `=` the same as for the
own agency. Behind a semicolon stands what others are answered:

    403    you may not (so without a word); the public is sent to the log-in, programs get 401
    404    there is no such thing: not for them to know of (where the door lets them in at all)
    said   the page again, with why not: nothing is changed
    home   back to the first page of all, or of the log-in
    kept   done for none of the units, each with why: nothing is changed
"""

from typing import NamedTuple

#: Roles, and groups of roles, by the words of the table. `people` are those with an account: a
#: machine's token is of a role and yet nobody's own.
ROLES = (
    "reader", "responder", "manager", "editor", "dispatcher", "state", "auditor", "admin",
)  # fmt: skip
GROUPS = {
    "everybody": ("nobody", *ROLES),
    "staff": ROLES,
    "people": ROLES,
    # they correct what is wrong anywhere
    "desk": ("dispatcher", "state", "admin"),
    # they say what became of a unit or a shelter
    "phones": ("responder", "manager", "editor", "dispatcher", "state", "admin"),
    "rulers": ("state", "admin"),
    # they read what happened at any agency
    "readers-of-histories": ("editor", "dispatcher", "state", "auditor", "admin"),
    "scorers": ("reader", "editor", "dispatcher", "state", "auditor", "admin"),
    # said beside others: not by a machine's token
    "in-person": (),
    "-": (),
}


class Entry(NamedTuple):
    """One line: `own` and `others` are sets of roles, "nobody" among them for the public."""

    method: str
    route: str
    thing: str
    own: frozenset[str]
    others: frozenset[str]
    otherwise: str
    people_only: bool


TABLE = """
# Files and what the public may see
GET    /favicon.ico                                   | everybody
GET    /static/<version>/<path:name>                  | everybody
GET    /m/manifest.webmanifest                        | everybody
GET    /m/sw.js                                       | everybody
GET    /healthz                                       | everybody
GET    /readyz                                        | everybody
GET    /metrics                                       | admin
GET    /                                              | everybody
GET    /fields                                        | everybody
GET    /fields/<kind>.csv                             | everybody
GET    /api/openapi.json                              | everybody
GET    /api/map                                       | everybody
GET    /api/feed                                      | everybody
GET    /api/dispatch                                  | everybody
GET    /api/search                                    | everybody

# One's own account: Flask-Security's pages send the public to the log-in
GET    /log-in                                        | everybody
POST   /log-in                                        | everybody
GET    /log-in/passkey                                | everybody
POST   /log-in/passkey                                | everybody
POST   /log-in/passkey/<token>                        | everybody
GET    /log-in/code                                   | everybody
POST   /log-in/code                                   | everybody
GET    /log-in/recovery                               | everybody
POST   /log-in/recovery                               | everybody
GET    /log-in/second-factor                          | everybody
POST   /log-in/second-factor                          | everybody
POST   /log-out                                       | everybody
GET    /log-out                                       | people ; home
GET    /tf-rescue                                     | -
POST   /tf-rescue                                     | -
GET    /account                                       | people
GET    /account/second-factor                         | people
POST   /account/sign-out-everywhere                   | people
GET    /account/password                              | people
POST   /account/password                              | people
GET    /account/authenticator                         | people ; home
POST   /account/authenticator                         | people ; home
POST   /account/authenticator/<token>                 | people
GET    /account/recovery-codes                        | people
POST   /account/recovery-codes                        | people
GET    /account/passkeys                              | people
POST   /account/passkeys                              | people
POST   /account/passkeys/<token>                      | people
GET    /account/passkeys/remove                       | people
POST   /account/passkeys/remove                       | people
GET    /account/verify                                | people
POST   /account/verify                                | people
GET    /account/verify/passkey                        | people
POST   /account/verify/passkey                        | people
POST   /account/verify/passkey/<token>                | people
GET    /accounts                                      | admin
POST   /accounts                                      | admin
GET    /accounts/<int:account_id>                     | admin
POST   /accounts/<int:account_id>/password            | admin
POST   /accounts/<int:account_id>/<what>              | admin
GET    /tokens                                        | editor state admin
POST   /tokens                                        | editor state admin
POST   /tokens/<int:token_id>/revoke          token   | editor state admin | admin ; 404

# Resources
GET    /api/resources                                 | everybody
GET    /api/resources/<int:resource_id>       shelter | staff | = ; 404
GET    /api/resources/<int:resource_id>       supply  | staff | = ; 404
GET    /api/resources/<int:resource_id>       unit    | staff | = ; 404
GET    /api/resources/<int:resource_id>/history shelter | staff | readers-of-histories ; 403
PATCH  /api/resources/<int:resource_id>       shelter | manager editor desk | desk
PATCH  /api/resources/<int:resource_id>       supply  | editor desk | desk
PATCH  /api/resources/<int:resource_id>       unit    | responder editor desk | desk
POST   /api/resources/<int:resource_id>/confirm shelter | manager editor desk | desk
POST   /api/resources/<int:resource_id>/confirm supply  | editor desk | desk
POST   /api/resources/<int:resource_id>/confirm unit    | responder editor desk | desk
POST   /api/resources/<int:resource_id>/tries shelter | manager editor desk | desk
POST   /api/resources/<int:resource_id>/tries supply  | editor desk | desk
GET    /api/shelters/<int:shelter_id>/counts  shelter | staff | =
GET    /api/confirm                                   | staff
GET    /confirm                                       | staff
POST   /confirm/<int:site_id>/<what>          shelter | manager editor desk | desk ; said
POST   /confirm/<int:site_id>/<what>          supply  | editor desk | desk ; said
GET    /sites/<int:site_id>/record            shelter | staff | =
POST   /sites/<int:site_id>/record            shelter | manager editor desk | desk ; said
GET    /api/scorecard                                 | scorers
GET    /scorecard                                     | scorers
GET    /scorecard.csv                                 | scorers
GET    /scorecard/<fips>                              | scorers
GET    /scorecard/<fips>.csv                          | scorers
GET    /exports                               agency  | staff | desk
GET    /exports/<kind>.<extension>            agency  | staff | desk
GET    /api/exports/<kind>.<extension>        agency  | staff | desk

# How the journal is sealed, day by day
GET    /audit                                         | auditor admin
GET    /styleguide                                    | admin
GET    /audit/roots/<day>                             | auditor admin
GET    /api/audit/roots                               | auditor admin

# Incidents: staff read; dispatchers open, change and close; who reports writes where it has units
GET    /api/incidents                                 | staff
POST   /api/incidents                                 | desk
GET    /api/incidents/place                           | staff
GET    /api/incidents/similar                         | staff
GET    /api/incidents/<int:incident_id>       .       | staff | =
PATCH  /api/incidents/<int:incident_id>       .       | desk | =
POST   /api/incidents/<int:incident_id>/status .      | desk | =
POST   /api/incidents/<int:incident_id>/close .       | desk | =
POST   /api/incidents/<int:incident_id>/needs .       | desk | =
GET    /api/incidents/<int:incident_id>/log   .       | staff | =
POST   /api/incidents/<int:incident_id>/log   .       | responder manager editor desk | desk
GET    /incidents                                     | staff
GET    /incidents/<int:incident_id>/reopen    .       | desk | =
POST   /incidents/<int:incident_id>/reopen    .       | desk | =
GET    /incidents/<int:incident_id>/ics-<sheet> .     | staff | =
GET    /units/<int:unit_id>/ics-<sheet>       .       | staff | readers-of-histories
GET    /people/<int:account_id>/ics-<sheet>   .       | staff | readers-of-histories ; 404

# Units sent to them
GET    /api/incidents/<int:incident_id>/assignments . | staff | =
POST   /api/incidents/<int:incident_id>/assignments . | desk | =
POST   /api/incidents/<int:incident_id>/move  .       | responder editor desk | desk ; kept
GET    /api/units/<int:unit_id>/assignments   .       | staff | =
POST   /api/assignments/<int:assignment_id>/move .    | responder editor desk | desk
POST   /api/assignments/<int:assignment_id>/check-in . | responder editor desk | desk
POST   /api/assignments/<int:assignment_id>/silence . | desk | =
GET    /api/incidents/<int:incident_id>/recommendation . | staff | =
POST   /api/recommendation                            | staff
GET    /api/cover                                     | staff
POST   /api/cover/what-if                             | staff
POST   /api/command                                   | staff
GET    /api/board/incidents                           | staff
GET    /api/board/units                               | staff
GET    /board                                         | staff
GET    /board/units                                   | staff
GET    /api/units/<int:unit_id>/trail         .       | staff | readers-of-histories
POST   /api/units/<int:unit_id>/trail         .       | editor desk | desk
GET    /api/trails/<int:look_id>              .       | - | - ; 404

# Areas
GET    /api/areas                                     | everybody
GET    /api/areas/<int:area_id>               .       | staff | = ; 404
GET    /api/areas/<int:area_id>/inside        .       | staff | = ; 404
GET    /api/areas/<int:area_id>/inside.csv    .       | staff | = ; 404
POST   /api/areas                                     | desk
POST   /api/areas/shape                               | desk
PATCH  /api/areas/<int:area_id>               .       | desk | =
DELETE /api/areas/<int:area_id>               .       | desk | =

# A place for people
GET    /place                                         | staff
POST   /place                                         | staff
GET    /place/area/<int:area_id>              .       | staff | =
GET    /place/holds                                   | staff
POST   /place/hold/<int:shelter_id>           .       | responder manager editor desk | responder editor desk ; said
POST   /place/holds/<int:hold_id>/<move>      .       | manager editor desk | desk ; said
POST   /api/places                                    | staff
GET    /api/areas/<int:area_id>/places        .       | staff | =
GET    /api/bed-holds                                 | staff
PATCH  /api/bed-holds/<int:hold_id>           .       | manager editor desk | desk
DELETE /api/bed-holds/<int:hold_id>           .       | manager editor desk | desk
GET    /api/shelters/<int:shelter_id>/holds   .       | staff | =
POST   /api/shelters/<int:shelter_id>/holds   .       | responder manager editor desk | responder editor desk

# Requests: who keeps a site asks; its agency's editors and the desk move on; givers promise
GET    /api/requests                                  | staff
POST   /api/requests                          shelter | manager editor desk | desk
POST   /api/requests                          supply  | editor desk | desk
GET    /api/requests/<int:request_id>         .       | staff | =
PATCH  /api/requests/<int:request_id>         .       | manager editor desk | desk
POST   /api/requests/<int:request_id>/level   .       | editor desk | desk
POST   /api/request-lines/<int:line_id>/move  .       | editor desk | desk
POST   /api/request-lines/<int:line_id>/move  cancelled | manager editor desk | desk
GET    /api/request-lines/<int:line_id>/sources .     | staff | =
POST   /api/request-lines/<int:line_id>/commit .      | editor desk | desk
POST   /api/fills/<int:fill_id>/release       .       | editor desk | desk
POST   /api/fills/ship                        fill    | editor desk | desk
GET    /requests                                      | staff
GET    /requests/new                                  | staff
POST   /requests/new                          shelter | manager editor desk | desk ; said
GET    /requests/<int:request_id>             .       | staff | =
GET    /requests/<int:request_id>/ics-<sheet> .       | staff | =
POST   /requests/<int:request_id>/change      .       | manager editor desk | desk ; said
POST   /requests/<int:request_id>/level       .       | editor desk | desk ; said
POST   /requests/lines/<int:line_id>/move     .       | editor desk | desk ; said
POST   /requests/lines/<int:line_id>/commit   .       | editor desk | desk ; said
POST   /requests/fills/<int:fill_id>/release  .       | editor desk | desk ; said
POST   /requests/fills/<int:fill_id>/ship     .       | editor desk | desk ; said
POST   /requests/shipments/<int:shipment_id>/receive . | manager editor desk | desk ; said

# Stock: who keeps a site moves it, a shelter's manager hands out, takes in and counts there
GET    /api/supplies                                  | staff
GET    /api/supplies/<int:site_id>/stock      supply  | staff | =
GET    /api/supplies/<int:site_id>/movements  supply  | staff | =
POST   /api/supplies/<int:site_id>/movements  supply  | editor desk | desk
POST   /api/supplies/<int:site_id>/movements  shelter | manager editor desk | desk
POST   /api/movements/<int:movement_id>/reverse .     | editor desk | desk
GET    /api/items                                     | staff
GET    /api/items/<code>                              | staff
GET    /api/shipments                                 | staff
POST   /api/shipments                         supply  | editor desk | desk
GET    /api/shipments/<int:shipment_id>       .       | staff | =
POST   /api/shipments/<int:shipment_id>/<name> depart | editor desk | desk
POST   /api/shipments/<int:shipment_id>/<name> arrive | manager editor desk | desk
POST   /api/shipments/<int:shipment_id>/<name> receive | manager editor desk | desk
POST   /api/shipments/<int:shipment_id>/<name> cancel | editor desk | desk
GET    /api/supplies/<int:site_id>/stocktakes supply  | staff | =
POST   /api/supplies/<int:site_id>/stocktakes supply  | editor desk | desk
POST   /api/supplies/<int:site_id>/stocktakes shelter | manager editor desk | desk
GET    /api/stocktakes/<int:stocktake_id>     .       | staff | =
POST   /api/stocktakes/<int:stocktake_id>/<step> enter | editor desk | desk
POST   /api/stocktakes/<int:stocktake_id>/<step> apply | editor desk | desk
POST   /api/stocktakes/<int:stocktake_id>/<step> cancel | editor desk | desk
GET    /supplies                                      | staff
GET    /supplies/<int:site_id>                supply  | staff | =
GET    /supplies/<int:site_id>/movements      supply  | staff | =
POST   /supplies/<int:site_id>/movements      supply  | editor desk | desk
POST   /supplies/<int:site_id>/movements/<int:movement_id>/reverse supply | editor desk | desk ; said
GET    /supplies/<int:site_id>/counts         supply  | staff | =
POST   /supplies/<int:site_id>/counts         supply  | editor desk | desk ; said
GET    /supplies/<int:site_id>/send           supply  | editor desk | desk
POST   /supplies/<int:site_id>/send           supply  | editor desk | desk
GET    /items                                         | staff
GET    /items/<code>                                  | staff
GET    /shipments                                     | staff
GET    /shipments/<int:shipment_id>           .       | staff | =
GET    /shipments/<int:shipment_id>/waybill.pdf .     | staff | =
POST   /shipments/<int:shipment_id>/<name>    depart  | editor desk | desk ; said
GET    /counts/<int:stocktake_id>             .       | staff | =
GET    /counts/<int:stocktake_id>.pdf         .       | staff | =
POST   /counts/<int:stocktake_id>             .       | editor desk | desk ; said
GET    /api/running-out                               | staff
GET    /api/running-out/<int:site_id>         shelter | staff | =
POST   /api/running-out/<int:site_id>/order   shelter | manager editor desk | desk
GET    /running-out                                   | staff
POST   /running-out/order                     shelter | manager editor desk | desk ; said

# The rules of dispatching are everybody's to read and the state's to change
GET    /rules                                         | staff
GET    /rules/cards                                   | staff
GET    /rules/cards/new                               | staff
POST   /rules/cards/new                               | rulers
GET    /rules/cards/<int:card_id>                     | staff
POST   /rules/cards/<int:card_id>                     | rulers
GET    /rules/cover                                   | staff
GET    /rules/cover.csv                               | staff
POST   /rules/cover.csv                               | rulers
GET    /rules/cover/new                               | staff
POST   /rules/cover/new                               | rulers
GET    /rules/cover/<int:rule_id>                     | staff
POST   /rules/cover/<int:rule_id>                     | rulers
GET    /rules/travel                                  | staff
POST   /rules/travel                                  | rulers
GET    /rules/ages                                    | staff
POST   /rules/ages                                    | rulers
GET    /rules/supplies                                | staff
POST   /rules/supplies                                | rulers
GET    /rules/types                                   | staff
GET    /rules/types/<code>                            | staff
POST   /rules/types/<code>                            | rulers
GET    /rules/add-type                                | staff
POST   /rules/add-type                                | rulers

# Phones: a person reports, for what is their agency's
GET    /m                                             | phones
GET    /m/me                                          | phones
GET    /m/near                                        | phones
POST   /m/near                                        | phones
GET    /m/queue                                       | phones
GET    /m/shelter                                     | phones
GET    /m/shelter/<int:shelter_id>            .       | manager editor desk | - ; 404
POST   /m/report                                      | phones
GET    /m/devices                                     | phones
POST   /m/devices                                     | phones
POST   /m/devices/<int:device_id>/revoke      .       | - | - ; 404
POST   /api/phone/reports                             | phones in-person
POST   /api/phone/positions                           | phones in-person
GET    /api/phone/feed                                | people
GET    /api/phone/notices                             | people
POST   /api/phone/notices/seen                        | people
GET    /api/phone/push                                | people
POST   /api/phone/push                                | people
DELETE /api/phone/push                                | people

# Spreadsheets tell of confidential sites: another agency's are for those who may see these
GET    /uploads                                       | editor desk
POST   /uploads                               agency  | editor desk | rulers ; said
GET    /uploads/new                                   | editor desk
GET    /add                                           | editor desk
GET    /add/<kind>                                    | editor desk
POST   /add/<kind>                            agency  | editor desk | rulers ; said
GET    /uploads/<int:upload_id>               .       | editor desk | rulers ; 404
GET    /uploads/<int:upload_id>/file          .       | editor desk | rulers ; 404
GET    /uploads/<int:upload_id>/refused.csv   done    | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/check         .       | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/fix           .       | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/apply         .       | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/undo          done    | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/publish       done    | editor desk | rulers ; 404
POST   /uploads/<int:upload_id>/absent        done    | editor desk | rulers ; 404
POST   /api/uploads                           agency  | editor desk | rulers
GET    /api/uploads/<int:upload_id>           .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/progress  .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/rows      .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/points    .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/file      .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/pairs     .       | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/pairs     .       | editor desk | rulers ; 404
GET    /api/uploads/<int:upload_id>/absent    .       | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/absent    done    | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/check     .       | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/fix       .       | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/apply     .       | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/undo      done    | editor desk | rulers ; 404
POST   /api/uploads/<int:upload_id>/publish   done    | editor desk | rulers ; 404
"""  # noqa: E501  # a table


def entries() -> list[Entry]:
    """The table, line by line. Raises ValueError for a line that cannot be read."""
    lines = (line.strip() for line in TABLE.splitlines())
    return [_entry(line) for line in lines if line and not line.startswith("#")]


def _entry(line: str) -> Entry:
    rights, _, otherwise = line.partition(";")
    head, own, *rest = (part.strip() for part in rights.split("|"))
    method, route, *thing = head.split()
    may = _roles(own)
    others = may if not rest or rest == ["="] else _roles(rest[0])
    person = "people" in own or "in-person" in own
    return Entry(method, route, *(thing or [""]), may, others, otherwise.strip() or "403", person)


def _roles(words: str) -> frozenset[str]:
    """The roles that some words of the table stand for."""
    named = words.split()
    unknown = set(named) - GROUPS.keys() - set(ROLES)
    if unknown:
        raise ValueError(f"nobody is called {unknown}")
    return frozenset(role for word in named for role in GROUPS.get(word, (word,)))
