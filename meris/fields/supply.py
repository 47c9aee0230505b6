"""Columns of supply sites and of their stock: a row of a file is one site, one item, one lot."""

from meris.fields import lists_supply as lists
from meris.fields.amounts import Integer, PodType, Quantity
from meris.fields.field import Field, Maker, also
from meris.fields.rule import Rule
from meris.fields.text_rules import OneOf, Text
from meris.fields.times import Date

_SITE = ("supply", "supply_site")
_MOST = 1_000_000_000

SITE_NAME = Field(
    "storage_site",
    "Site",
    ("supply",),
    Text(200, "name"),
    "resource",
    "identity",
    "The warehouse, cache or point of distribution where the goods are.",
    example="Lincoln County Cache 1",
    required=True,
    synonyms=also(
        "warehouse storagelocation cache cachename stockpile depot whse bin§ name§ site sitename "
        "facility facilityname location§ locationname building bldgname place§"
    ),
    hxl=("#loc+name",),
    column="name",
)

SITE_STATUS = Field(
    "status",
    "Site status",
    _SITE,
    OneOf(lists.STATUS),
    "resource",
    "status",
    "Whether the site hands out or receives goods: open, standby or closed.",
    example="Open",
    synonyms=also("sitestatus opstatus operationalstatus currentstatus state§ openclosed"),
    hxl=("#status",),
)

SITE_TYPE = Field(
    "site_type",
    "Kind of site",
    _SITE,
    OneOf(lists.SITE_TYPE),
    "resource",
    "identity",
    "Cache, warehouse, point of distribution, receiving point or staging area.",
    example="Supply cache",
    synonyms=also("type§ sitetype facilitytype§ warehousetype"),
    hxl=("#loc+type",),
    column="type",
)


def _site(name: str, title: str, about: str, words: str, example: str = "") -> Field:
    return Field(
        name,
        title,
        _SITE,
        Text(200),
        "supply_site",
        "opening",
        about,
        example=example,
        synonyms=also(words),
    )


SITE = (
    _site("hours_open", "Opens at", "Hours, in words.", "openinghours hours opentime", "07:00"),
    _site("hours_close", "Closes at", "Hours, in words.", "closinghours closetime", "19:00"),
)


def _pod(name: str, title: str, rule: Rule, about: str, words: str, example: str) -> Field:
    return Field(
        name,
        title,
        _SITE,
        rule,
        "supply_site",
        "distribution",
        about,
        example=example,
        synonyms=also(words),
    )


#: How a point of distribution works (domain §3.3).
POD = (
    _pod(
        "pod_type",
        "Type of the point of distribution",
        PodType(),
        "1, 2 or 3 as the Corps of Engineers plans them; type 1 is the largest.",
        "podtype cpodtype usacetype distributiontype",
        "3",
    ),
    _pod(
        "vehicles_per_hour",
        "Vehicles an hour",
        Integer(most=5_000, what="vehicles"),
        "Vehicles served in an hour, as counted there. Empty: what its type is planned for.",
        "vehicleshour vehicleshr vph carsperhour throughput vehiclesperhr",
        "140",
    ),
    _pod(
        "people_per_vehicle",
        "People in a vehicle",
        Quantity(most=60, what="people"),
        "How many people a vehicle fetches for. Empty: the planning factor, usually 3.",
        "peoplevehicle personspervehicle householdsize peoplepercar",
        "3",
    ),
    _pod(
        "loading_points",
        "Loading points",
        Integer(most=200, what="loading points"),
        "Places at which vehicles are loaded at the same time.",
        "loadingpoint loadpoints loadinglanes",
        "3",
    ),
    _pod(
        "pod_staff",
        "Staff by day",
        Integer(most=2_000, what="people"),
        "People at work there by day, volunteers with them.",
        "podstaff staffday daystaff podpersonnel",
        "19",
    ),
)


_line = Maker("supply", "stock_line")

STOCK = (
    _line(
        "item_code",
        "Item code",
        Text(60, "item code"),
        "stock",
        "Code of the item: MERIS's own, such as WATER-BTL, or yours.",
        "sku itemno itemnumber partno partnumber nsn catalognumber commoditycode stockno",
        example="WATER-BTL",
        hxl=("#item+code",),
    ),
    _line(
        "item_name",
        "Item",
        Text(200, "item"),
        "stock",
        "What it is, as you call it.",
        "item commodity supply supplyname product material resource itemdescription nomenclature "
        "description§ itemname",
        example="Bottled water",
        required=True,
        hxl=("#item+name", "#item"),
    ),
    _line(
        "category",
        "Category",
        OneOf(lists.CATEGORY),
        "stock",
        "Found from the item when it is one of MERIS's own.",
        "itemcategory commoditycategory class",
        example="Water",
    ),
    _line(
        "quantity_on_hand",
        "On hand",
        Quantity(most=_MOST),
        "stock",
        "How many are there and usable, counted in the unit of issue.",
        "qty quantity onhand qtyonhand qoh stock instock amount inventory currentstock available§ "
        "total§ balance count",
        example="480",
        required=True,
        hxl=("#value", "#item+quantity"),
    ),
    _line(
        "quantity_committed",
        "Committed",
        Quantity(most=_MOST),
        "stock",
        "Of these, how many are promised and not yet sent.",
        "committed allocated reserved promised qtycommitted",
        example="48",
    ),
    _line(
        "unit_of_issue",
        "Unit",
        OneOf(lists.UNIT_OF_ISSUE),
        "stock",
        "How it is counted: each, case, pallet, gallon and so on.",
        "uom ui unit§ units§ unitofmeasure measure packaging pack per",
        example="case",
        required=True,
        hxl=("#item+unit",),
    ),
    _line(
        "units_per_pack",
        "Units in a pack",
        Quantity(most=1_000_000),
        "stock",
        "How many base units (liters, meals, each) one case, box or pallet holds.",
        "packsize casesize qtypercase percase eachpercase",
        example="12",
    ),
    _line(
        "lot",
        "Lot",
        Text(60, "lot"),
        "stock",
        "Lot or batch number.",
        "lotno lotnumber batch batchno",
        example="L2026-03",
    ),
    _line(
        "expires_on",
        "Expires",
        Date(future=True),
        "stock",
        "Last day of use. Expired stock is taken in and marked.",
        "expires expiration expirationdate expdate exp expiry expirydate bestby useby "
        "shelflifedate",
        example="2027-06-30",
    ),
    _line(
        "condition",
        "Condition",
        OneOf(lists.CONDITION),
        "stock",
        "Serviceable or unserviceable.",
        "cond itemcondition",
        example="Serviceable",
    ),
    _line(
        "par_level",
        "Par level",
        Quantity(most=_MOST),
        "stock",
        "Stock to fill up to, in the unit of issue.",
        "par minimum minstock minqty reorderlevel",
        example="400",
    ),
    _line(
        "kw",
        "Power",
        Quantity(most=100_000),
        "stock",
        "For generators.",
        "kilowatts powerkw generatorkw",
        unit="kW",
    ),
    _line(
        "size",
        "Size",
        Text(60, "size"),
        "stock",
        "For tarps, gloves, pumps.",
        "dimensions itemsize",
    ),
)

OWNER = Field(
    "owner_agency",
    "Owner of the goods",
    ("supply",),
    Text(200, "agency"),
    "stock_line",
    "about",
    "Who owns the goods, if not the agency that reports them.",
    synonyms=also("ownedby ownedbyorganisationbranch propertyof suppliedby"),
)

SUPPLY = (*STOCK, OWNER)
