"""Every table and constraint. The schema itself is made by `meris/migrations` alone."""

from meris.tables.accounts import (
    Account,
    Agency,
    ApiToken,
    LogInFailure,
    Role,
    WebAuthn,
    account_role,
)
from meris.tables.base import Base
from meris.tables.counts import ShelterCount
from meris.tables.dispatch import Assignment, CoverRule, RunCard, RunCardLine, UnitProfile
from meris.tables.duties import Device, Duty
from meris.tables.incidents import (
    Area,
    Incident,
    IncidentCounter,
    IncidentLog,
    IncidentNeed,
    IncidentType,
)
from meris.tables.journal import Change, JournalHome
from meris.tables.ledger import (
    Fill,
    ItemRow,
    ItemUnit,
    Shipment,
    ShipmentCounter,
    ShipmentLine,
    StockMovement,
    Stocktake,
    StocktakeLine,
)
from meris.tables.phone import Notice, NoticeDelivery, PhoneReport, PushKey, PushSubscription
from meris.tables.places import County, Region, RegionScheme, region_county
from meris.tables.placing import BedHold
from meris.tables.positions import PositionFix, TrailHold, TrailView, UnitPosition
from meris.tables.requests import Request, RequestCounter, RequestEvent, RequestLine
from meris.tables.resources import (
    Resource,
    Shelter,
    StatusCode,
    StockLine,
    SupplySite,
    Unit,
)
from meris.tables.running_out import PlanningFactor
from meris.tables.sealing import JournalSeal
from meris.tables.shelter_life import ContactTry, ContactTurn, ShelterDeparture
from meris.tables.sign_ins import SignIn, TotpUse
from meris.tables.uploads import (
    HeaderMapping,
    SameChoice,
    Upload,
    UploadFile,
    UploadPair,
    UploadProgress,
    UploadRow,
)

__all__ = [
    "Account",
    "Agency",
    "ApiToken",
    "Area",
    "Assignment",
    "Base",
    "BedHold",
    "Change",
    "ContactTry",
    "ContactTurn",
    "County",
    "CoverRule",
    "Device",
    "Duty",
    "Fill",
    "HeaderMapping",
    "Incident",
    "IncidentCounter",
    "IncidentLog",
    "IncidentNeed",
    "IncidentType",
    "ItemRow",
    "ItemUnit",
    "JournalHome",
    "JournalSeal",
    "LogInFailure",
    "Notice",
    "NoticeDelivery",
    "PhoneReport",
    "PlanningFactor",
    "PositionFix",
    "PushKey",
    "PushSubscription",
    "Region",
    "RegionScheme",
    "Request",
    "RequestCounter",
    "RequestEvent",
    "RequestLine",
    "Resource",
    "Role",
    "RunCard",
    "RunCardLine",
    "SameChoice",
    "Shelter",
    "ShelterCount",
    "ShelterDeparture",
    "Shipment",
    "ShipmentCounter",
    "ShipmentLine",
    "SignIn",
    "StatusCode",
    "StockLine",
    "StockMovement",
    "Stocktake",
    "StocktakeLine",
    "SupplySite",
    "TotpUse",
    "TrailHold",
    "TrailView",
    "Unit",
    "UnitPosition",
    "UnitProfile",
    "Upload",
    "UploadFile",
    "UploadPair",
    "UploadProgress",
    "UploadRow",
    "WebAuthn",
    "account_role",
    "region_county",
]
