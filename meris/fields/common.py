"""Columns that every kind has: what it is called, where it is, whom to ask, who may see it."""

from meris.fields import lists_common
from meris.fields.contact import Email, Phone
from meris.fields.field import Field, also
from meris.fields.map_numbers import MapNumber
from meris.fields.places import (
    Coordinates,
    County,
    CountyCode,
    Latitude,
    Longitude,
    State,
    Usng,
    Zip,
)
from meris.fields.text_rules import Notes, OneOf, Text
from meris.fields.times import Moment

EVERY = ("shelter", "supply", "supply_site", "unit")


def name_field(kinds: tuple[str, ...], example: str, about: str, words: str) -> Field:
    """The name: each kind has its own words for it."""
    return Field(
        "name",
        "Name",
        kinds,
        Text(200, "name"),
        "resource",
        "identity",
        about,
        example=example,
        required=True,
        synonyms=also(words),
        hxl=("#loc+name",),
    )


NAMES = (
    name_field(
        ("shelter",),
        "Winfield High School",
        "What people call the place.",
        "shelter sheltername shelterna facilityname facility sitename site location§ locationname "
        "building buildingname bldgname resourcename title placename hospitalname schoolname",
    ),
    name_field(("supply_site",), "Lincoln County Cache 1", "What people call the place.", ""),
    name_field(
        ("unit",),
        "Lincoln County Engine 12",
        "What people call it. Made from the call sign or unit ID when empty.",
        "unitname resourcename title",
    ),
)

IDENTITY = (
    Field(
        "external_id",
        "Your ID",
        EVERY,
        Text(100, "ID"),
        "resource",
        "identity",
        "Your own number for it. The same ID in a later file updates the same record.",
        example="MO-1043",
        synonyms=also(
            "id shelterid nssid femaid arcid facilityid siteid recordid globalid assetid "
            "resourceid fid‡ objectid‡"
        ),
        hxl=("#meta+id",),
    ),
)

PLACE = (
    Field(
        "address_line1",
        "Address",
        EVERY,
        Text(200, "address"),
        "resource",
        "place",
        "House number and street.",
        example="3920 E Highway 47",
        synonyms=also(
            "address address1 addr addr1 street streetaddress street1 physicaladdress siteaddress "
            "fulladdress location1"
        ),
        hxl=("#loc+address",),
    ),
    Field(
        "address_line2",
        "Address, second line",
        EVERY,
        Text(200, "address"),
        "resource",
        "place",
        "Building, floor or suite.",
        synonyms=also("address2 addr2 suite unit§ room"),
    ),
    Field(
        "city",
        "City",
        EVERY,
        Text(100, "city"),
        "resource",
        "place",
        "City or town of the address.",
        example="Winfield",
        synonyms=also("town municipality cityname place addrcity"),
        hxl=("#loc+city", "#adm3+name"),
    ),
    Field(
        "county",
        "County",
        EVERY,
        County(),
        "resource",
        "place",
        "County name. With coordinates it is checked against them; without, it is found.",
        example="Lincoln",
        synonyms=also(
            "countyname countyparish countypar cnty parish cntyname addrcounty jurisdiction"
        ),
        hxl=("#adm2+name",),
        column="county_fips",
        spares_row=True,
    ),
    Field(
        "county_fips",
        "County code",
        EVERY,
        CountyCode(),
        "resource",
        "place",
        "Five-digit FIPS code of the county.",
        example="29113",
        synonyms=also("fips fipscode countyfips cntyfips stcofips geoid fips5 countycode"),
        hxl=("#adm2+code",),
        spares_row=True,
    ),
    Field(
        "state",
        "State",
        EVERY,
        State(),
        "resource",
        "place",
        "Two-letter code of the state.",
        example="MO",
        synonyms=also("st stateabbr stabbr stusps statecode statename"),
        hxl=("#adm1+name", "#adm1+code"),
    ),
    Field(
        "zip",
        "ZIP code",
        EVERY,
        Zip(),
        "resource",
        "place",
        "Five digits, or nine with a hyphen. Format the column as text to keep leading zeros.",
        example="63389",
        synonyms=also("zipcode postalcode zip5 postcode addrzip zipcd"),
        hxl=("#loc+zip",),
        spares_row=True,
    ),
    Field(
        "latitude",
        "Latitude",
        EVERY,
        Latitude(),
        "resource",
        "place",
        "Decimal degrees north, with five decimal places if you have them.",
        example="38.98977",
        unit="degrees",
        synonyms=also(
            "lat y§ ycoord§ ycoordinate§ pointy§ geoy§ latdd latdec declat decimallatitude "
            "latitudedd gpslat latwgs84 geolat latitud"
        ),
        hxl=("#geo+lat",),
        column="position",
    ),
    Field(
        "longitude",
        "Longitude",
        EVERY,
        Longitude(),
        "resource",
        "place",
        "Decimal degrees east: negative everywhere in the mainland United States.",
        example="-90.75168",
        unit="degrees",
        synonyms=also(
            "lon long lng x§ xcoord§ xcoordinate§ pointx§ geox§ londd longdd londec declon declong "
            "decimallongitude longitudedd gpslon gpslong lonwgs84 geolon longitud"
        ),
        hxl=("#geo+lon",),
        column="position",
    ),
    Field(
        "coordinates",
        "Coordinates in one cell",
        EVERY,
        Coordinates(),
        None,
        "place",
        "Latitude and longitude together, in any notation. Instead of the two columns.",
        synonyms=also(
            "location§ latlon latlong latlng coords gps geopoint latitudelongitude point shape§ "
            "geometry§ geom§ thegeom wkt wktgeom georeferencedlocation"
        ),
        hxl=("#geo+coord", "#geo"),
    ),
    Field(
        "northing",
        "Y",
        EVERY,
        MapNumber(),
        None,
        "place",
        "With X, another pair of coordinates: meters or feet of UTM, State Plane or Web Mercator, "
        "or degrees. Read where latitude and longitude are missing.",
        synonyms=also(
            "y§ ycoord§ ycoordinate§ pointy§ geoy§ utmnorthing utmy utmn stateplaney spy north§"
        ),
        spares_row=True,
    ),
    Field(
        "easting",
        "X",
        EVERY,
        MapNumber(),
        None,
        "place",
        "See Y.",
        synonyms=also(
            "x§ xcoord§ xcoordinate§ pointx§ geox§ utmeasting utmx utme stateplanex spx east§"
        ),
        spares_row=True,
    ),
    Field(
        "usng",
        "US National Grid",
        EVERY,
        Usng(),
        None,
        "place",
        "Grid reference with zone and square. Instead of latitude and longitude.",
        synonyms=also("mgrs nationalgrid usnationalgrid grid gridref"),
        hxl=("#geo+usng", "#geo+mgrs"),
    ),
)

CONTACT = (
    Field(
        "contact_name",
        "Contact",
        EVERY,
        Text(120, "name"),
        "resource",
        "contact",
        "The role or person to call. Seen by staff only.",
        example="Shelter manager",
        staff_only=True,
        synonyms=also("contact poc pocname contactperson manager sitemanager"),
        hxl=("#contact+name", "#contact"),
        spares_row=True,
    ),
    Field(
        "contact_phone",
        "Contact phone",
        EVERY,
        Phone(),
        "resource",
        "contact",
        "Ten digits, with an extension if there is one. Seen by staff only.",
        example="(636) 555-0143",
        staff_only=True,
        synonyms=also(
            "phone telephone tel phonenumber contactnumber cell mobile pocphone phone24hr mainphone"
        ),
        hxl=("#contact+phone",),
        spares_row=True,
    ),
    Field(
        "contact_email",
        "Contact e-mail",
        EVERY,
        Email(),
        "resource",
        "contact",
        "One address. Seen by staff only.",
        example="shelter@county.example",
        staff_only=True,
        synonyms=also("email emailaddress pocemail mail"),
        hxl=("#contact+email",),
        spares_row=True,
    ),
)

ABOUT = (
    Field(
        "agency",
        "Agency",
        EVERY,
        Text(200, "agency"),
        None,
        "about",
        "Who runs or owns it, in words. The record itself belongs to the agency that uploads it.",
        synonyms=also(
            "org orgname organization organisation orgorganizationname organizationname department "
            "dept owner ownername provider sponsor agencyname"
        ),
        hxl=("#org", "#org+name"),
    ),
    Field(
        "notes",
        "Notes",
        EVERY,
        Notes(),
        "resource",
        "about",
        "Anything the next person should know. Never names or health details of residents.",
        synonyms=also(
            "note comments comment remarks remark description desc otherinfo additionalnotes"
        ),
        hxl=("#description",),
    ),
    Field(
        "source",
        "Source",
        EVERY,
        Text(200, "source"),
        "resource",
        "about",
        "Where these facts come from, in words.",
        synonyms=also("datasource sourcename"),
        hxl=("#meta+source",),
    ),
    Field(
        "as_of",
        "As of",
        EVERY,
        Moment(),
        "resource",
        "about",
        "When these facts were true. An older row never overwrites a newer record.",
        example="2025-03-15 14:30",
        synonyms=also(
            "asof date updated lastupdated lastupdate editdate lasteditdate reportdate datetime "
            "timestamp sourcedate asofdate asoftime"
        ),
        hxl=("#date+updated", "#date"),
    ),
    Field(
        "sensitivity",
        "Who may see it",
        EVERY,
        OneOf(lists_common.SENSITIVITY),
        "resource",
        "about",
        "Public, signed-in staff, or named roles only. New records start as signed-in staff.",
        synonyms=also("visibility access privacy security"),
    ),
)
