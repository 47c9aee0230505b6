"""GeoJSON, KML and zips: what they hold becomes a table."""

import io
import json

import pytest

from meris.errors import Refused
from meris.fields import Home
from meris.uploads import check, match, read, sheet_names
from meris.uploads.json_stream import Damaged, Stream
from tests.rules.test_upload_read_text import resident
from tests.rules.tiny_maps import feature, geojson, kml, zipped
from tests.rules.tiny_workbook import workbook

SQUARE = [[[-92.0, 38.0], [-91.0, 38.0], [-91.0, 39.0], [-92.0, 39.0], [-92.0, 38.0]]]
GYM = feature((-91.77, 37.95), name="Gym", status="open")
HALL = feature((-92.66, 37.68), name="Hall", status="closed")


def rows(content, name="map.geojson"):
    return [[row.number, *row.cells] for row in read(content, name).rows()]


def refusal(content, name="map.geojson"):
    with pytest.raises(Refused) as refused:
        read(content, name)
    return refused.value.message


class TestGeoJson:
    """Features to rows."""

    def test_points_become_two_columns(self):
        sheet = read(geojson(GYM, HALL), "map.geojson")
        assert sheet.headers == ("name", "status", "longitude", "latitude")
        assert [list(row) for row in sheet.rows()] == [
            [2, ["Gym", "open", "-91.77", "37.95"]],
            [3, ["Hall", "closed", "-92.66", "37.68"]],
        ]
        assert sheet.notes == (
            "Rows are numbered as in a spreadsheet of the features: the first feature is row 2.",
        )

    def test_matching_finds_the_place(self):
        sheet = read(geojson(GYM, HALL), "map.geojson")
        found = match(sheet, "shelter", Home.of())
        assert {c.field.name for c in found.columns} >= {"name", "status", "latitude", "longitude"}
        assert check(sheet, found, Home.of()).ready == 2

    def test_own_columns_of_the_place_do_not_compete_with_it(self):
        sheet = read(geojson(feature((-91.5, 37.5), NAME="Gym", LATITUDE=1, Status="open")), "m")
        assert sheet.headers == (
            "NAME",
            "LATITUDE (property)",
            "Status",
            "longitude",
            "latitude",
        )
        assert 'not from the property "LATITUDE"' in sheet.notes[-1]
        columns = {c.field.name: c.label for c in match(sheet, "shelter", Home.of()).columns}
        assert columns["latitude"] == "latitude"

    def test_properties_that_only_some_features_have(self):
        content = geojson(feature((1, 2), a="1", b="2"), feature((3, 4), c="3", a="4"))
        assert rows(content) == [[2, "1", "2", "", "1", "2"], [3, "4", "", "3", "3", "4"]]

    def test_values_of_every_kind(self):
        values = {"t": True, "n": None, "i": 5, "f": 2.0, "d": 0.5, "l": ["a", 1], "o": {"x": "é"}}
        assert rows(geojson(feature(None, **values), feature((1, 2))))[0] == [
            2,
            "TRUE",
            "",
            "5",
            "2",
            "0.5",
            "a; 1",
            '{"x": "é"}',
            "",
            "",
        ]

    @pytest.mark.parametrize(
        ("shape", "most"),
        [
            ({"type": "Polygon", "coordinates": SQUARE}, 0.01),
            ({"type": "MultiPolygon", "coordinates": [SQUARE]}, 0.01),
            ({"type": "LineString", "coordinates": [[-91.5, 38.5], [-91.4, 38.5]]}, 0.2),
        ],
    )
    def test_other_shapes_get_a_point_on_them(self, shape, most):
        sheet = read(geojson(feature(shape, name="Area"), GYM), "map.geojson")
        lon, lat = map(float, sheet.sample[0].cells[-2:])
        assert (lon, lat) == (pytest.approx(-91.5, abs=most), pytest.approx(38.5, abs=most))
        assert "1 of 2 features are lines or areas" in "\n".join(sheet.notes)

    @pytest.mark.parametrize(
        "shape",
        [
            None,
            {"type": "Point", "coordinates": []},
            {"type": "Point", "coordinates": None},
            {"type": "Point", "coordinates": [[1, 2]]},
            {"type": "Polygon", "coordinates": []},
            {"type": "Polygon", "coordinates": [[[1, 2]]]},
            {"type": "Polygon", "coordinates": "x"},
            {"type": "Nonsense", "coordinates": [1, 2]},
            {"type": "GeometryCollection"},
            {},
        ],
    )
    def test_a_shape_that_is_none_leaves_the_feature_without_place(self, shape):
        found = rows(geojson(GYM, feature(shape, name="Hall", status="open")))
        assert found[1] == [3, "Hall", "open", "", ""]

    def test_numbers_that_are_none_are_kept_to_be_told(self):
        content = geojson(feature(("91,7", "north"), name="Gym"))
        assert rows(content) == [[2, "Gym", "91,7", "north"]]

    def test_a_single_feature_and_a_list_of_objects(self):
        assert rows(json.dumps(GYM).encode()) == [[2, "Gym", "open", "-91.77", "37.95"]]
        plain = [{"name": "Gym", "status": "open"}, {"name": "Hall", "status": "closed"}]
        assert rows(json.dumps(plain).encode()) == [[2, "Gym", "open"], [3, "Hall", "closed"]]

    def test_what_map_servers_send(self):
        found = {"attributes": {"NAME": "Gym"}, "geometry": {"x": 600_000, "y": 4_200_000}}
        content = json.dumps(
            {"spatialReference": {"wkid": 102_100, "latestWkid": 26_915}, "features": [found]}
        )
        _, name, lon, lat = rows(content.encode())[0]
        assert (name, float(lon), float(lat)) == (
            "Gym",
            pytest.approx(-91.86, abs=0.01),
            pytest.approx(37.94, abs=0.01),
        )

    def test_ids_are_kept_where_they_name_the_features(self):
        named = geojson(feature((1, 2), "MO-7", a="x"), feature((1, 2), "MO-9", a="y"))
        assert read(named, "m").headers[0] == "id"
        assert [row[1] for row in rows(named)] == ["MO-7", "MO-9"]
        counted = geojson(feature((1, 2), 0, a="x"), feature((1, 2), 1, a="y"))
        assert read(counted, "m").headers[0] == "fid"
        own = geojson(feature((1, 2), "7", ID="MO-7"))
        assert read(own, "m").headers == ("ID", "longitude", "latitude")

    @pytest.mark.parametrize("before", [True, False])
    def test_a_foreign_coordinate_system_is_read(self, before):
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::26915"}}
        content = geojson(feature((600_000, 4_200_000), name="Gym"))
        said = b'"crs": ' + json.dumps(crs).encode()
        changed = (
            b"{" + said + b", " + content[1:] if before else content[:-1] + b", " + said + b"}"
        )
        sheet = read(changed, "map.geojson")
        assert [round(float(cell), 2) for cell in sheet.sample[0].cells[1:]] == [-91.86, 37.94]
        assert "they were turned into degrees" in sheet.notes[0]

    @pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
    def test_the_usual_system_may_be_named(self, name):
        content = geojson(GYM, crs={"type": "name", "properties": {"name": name}})
        assert rows(content)[0][-1] == "37.95"

    def test_an_unknown_system_is_refused(self):
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}
        assert "coordinate system that MERIS does not know" in refusal(geojson(GYM, crs=crs))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"{", "not sound GeoJSON"),
            (b'{"features": [1]}', "feature 1 is not an object"),
            (b'{"features": [{}', "not sound GeoJSON"),
            (b'{"features": []}', "no features"),
            (b'{"type": "Topology", "arcs": [[1]]}', "no features"),
            (b"[" * 200_000, "not a table"),
            (b'{"a": ' + b"[" * 200_000, "nested too deeply"),
            (geojson(GYM) + b"x", "something stands after its end"),
            (geojson(feature(None, name="Gym")), "neither places nor several properties"),
            (b'{"features": [{"properties": {"a": ' + b"9" * 5_000 + b"}}]}", "neither"),
        ],
    )
    def test_what_is_none_is_refused_in_plain_words(self, content, words):
        assert words in refusal(content)

    def test_other_encodings_are_read(self):
        content = geojson(GYM).replace(b"Gym", "Café".encode("cp1252"))
        sheet = read(content, "map.geojson")
        assert (sheet.sample[0].cells[0], sheet.encoding) == ("Café", "Windows-1252")
        assert "not UTF-8" in sheet.notes[0]
        assert rows(geojson(GYM).decode().encode("utf-16"))[0][1] == "Gym"

    def test_half_letters_and_zeros_are_taken_out(self):
        content = rb'{"features": [{"properties": {"name": "G\ud800ym\u0000", "b": "x"}}]}'
        assert rows(content) == [[2, "G?ym", "x"]]

    def test_limits(self, monkeypatch):
        monkeypatch.setattr("meris.uploads.places.MOST_ROWS", 5)
        assert "more than 5 features" in refusal(geojson(*[GYM] * 6))
        many = {f"c{n}": n for n in range(600)}
        assert "different properties" in refusal(geojson(feature((1, 2), **many)))

    def test_a_file_of_10_mb_adds_little_memory(self):
        notes = "A note of some length that says nothing. " * 4
        made = [feature((-91.5, 37.5), name=f"Gym {n}", notes=notes) for n in range(35_000)]
        content = geojson(*made)
        del made
        before = resident()
        assert sum(1 for _ in read(content, "map.geojson").rows()) == 35_000
        assert resident() - before < 40_000_000


class TestStream:
    """JSON read piece by piece."""

    @pytest.mark.parametrize("piece", [1, 2, 7, 1_000])
    def test_pieces_of_any_size(self, piece, monkeypatch):
        monkeypatch.setattr("meris.uploads.json_stream._PIECE", piece)
        values = [12345, 'né\\"', {"a": [1, 2.5e3, None]}, [], "", True, -7]
        stream = Stream(io.StringIO(json.dumps(values)))
        assert list(stream.items()) == values
        assert stream.peek() == ""

    def test_one_enormous_value_is_refused(self, monkeypatch):
        monkeypatch.setattr("meris.uploads.json_stream._LONGEST", 1_000_000)
        stream = Stream(io.StringIO('["' + "a" * 3_000_000 + '"]'))
        with pytest.raises(Damaged, match="longer than"):
            list(stream.items())


PLACEMARK = (
    "<Placemark><name>{name}</name><Point><coordinates>{at}</coordinates></Point></Placemark>"
)


class TestKml:
    """Placemarks to rows."""

    def test_names_data_folders_and_places(self):
        content = kml(
            "<name>Phelps</name><Folder><name>Open</name><Placemark><name>Gym</name>"
            "<description><![CDATA[<b>Cots:</b> 40<br>Call &amp; ask]]></description>"
            "<address>12 Oak St</address><phoneNumber>573-555-0121</phoneNumber>"
            '<ExtendedData><Data name="beds"><displayName>B</displayName><value>40</value></Data>'
            '<SchemaData schemaUrl="#s"><SimpleData name="city">Rolla</SimpleData></SchemaData>'
            "</ExtendedData><Point><coordinates> -91.77,37.95,0 </coordinates></Point></Placemark>"
            "</Folder>" + PLACEMARK.format(name="Hall", at="-92.66,37.68")
        )
        sheet = read(content, "map.kml")
        assert sheet.headers == (
            "name",
            "description",
            "address",
            "phoneNumber",
            "beds",
            "city",
            "folder",
            "longitude",
            "latitude",
        )
        assert [row[:8] for row in rows(content, "map.kml")] == [
            [2, "Gym", "Cots: 40\nCall & ask", "12 Oak St", "573-555-0121", "40", "Rolla", "Open"],
            [3, "Hall", "", "", "", "", "", ""],
        ]
        places = [row.cells[7:] for row in sheet.rows()]
        assert places == [["-91.77", "37.95"], ["-92.66", "37.68"]]

    def test_areas_get_a_point_inside(self):
        ring = " ".join(f"{lon},{lat},0" for lon, lat in SQUARE[0])
        area = (
            "<Placemark><name>Area</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
        assert rows(kml(area), "map.kml")[0][2:] == ["-91.5", "38.5"]

    @pytest.mark.parametrize("at", ["", "x", "1", "a,b", "1,2,3,4", "1 2", ","])
    def test_coordinates_that_are_none(self, at):
        content = kml(PLACEMARK.format(name="Gym", at=at) + PLACEMARK.format(name="H", at="1,2"))
        assert [row[1] for row in rows(content, "map.kml")] == ["Gym", "H"]

    def test_prefixes_and_other_encodings(self):
        content = kml(PLACEMARK.format(name="Café", at="1,2")).decode()
        prefixed = content.replace("<", "<k:").replace("<k:/", "</k:").replace("<k:?", "<?")
        assert rows(prefixed.replace("xmlns=", "xmlns:k=").encode(), "m.kml")[0][1] == "Café"
        latin = content.replace("UTF-8", "ISO-8859-1").encode("latin-1")
        assert rows(latin, "m.kml")[0][1] == "Café"

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (kml("<Placemark>"), "is damaged in line 2"),
            (kml("<NetworkLink/>"), "no features"),
            (kml("") + b"x", "is damaged"),
            (b"<kml", "web page or XML"),
            (b"<kml >\x00", "is damaged"),
            (b'<?xml version="1.0" encoding="nonsense"?><kml></kml>', "is damaged"),
        ],
    )
    def test_what_is_none_is_refused_in_plain_words(self, content, words):
        assert words in refusal(content, "map.kml")

    @pytest.mark.parametrize(
        "inner",
        [
            '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
        ],
    )
    def test_entities_are_refused(self, inner):
        text = f"<!DOCTYPE kml [{inner}]><kml><Placemark><name>&a;</name></Placemark></kml>"
        assert "defines its own XML entities" in refusal(text.encode(), "map.kml")


def workbook_of_two():
    sheets = {"One": "Gym", "Two": "Hall"}
    return workbook({title: [["name", "status"], [name, "open"]] for title, name in sheets.items()})


class TestZips:
    """Files packed in a zip."""

    PLAIN = b"name,status,city\nGym,open,Rolla\n"

    def test_one_file(self):
        content = zipped({"a/list.csv": self.PLAIN, "__MACOSX/._list.csv": b"x", ".DS_Store": b""})
        sheet = read(content, "list.zip")
        assert (sheet.name, sheet.notes) == ("list.zip", ())
        assert rows(content, "list.zip") == [[2, "Gym", "open", "Rolla"]]

    def test_kmz(self):
        content = zipped(
            {"doc.kml": kml(PLACEMARK.format(name="Gym", at="1,2")), "files/i.png": b""}
        )
        assert rows(content, "map.kmz") == [[2, "Gym", "1", "2"]]

    def test_several_files_are_a_choice(self):
        book = workbook_of_two()
        files = {"readme.txt": b"Read me.", "list.csv": self.PLAIN, "book.xlsx": book}
        content = zipped(files)
        assert sheet_names(content, "all.zip") == [
            "readme.txt",
            "list.csv",
            "book.xlsx › One",
            "book.xlsx › Two",
        ]
        sheet = read(content, "all.zip")
        assert sheet.name == "all.zip, file 'list.csv'"
        assert "Not read: 'readme.txt', 'book.xlsx'." in sheet.notes[0]
        chosen = read(content, "all.zip", "book.xlsx › Two")
        assert [row.cells[0] for row in chosen.rows()] == ["Hall"]
        with pytest.raises(Refused, match=r"has no file 'x\.csv'\. It has readme\.txt"):
            read(content, "all.zip", "x.csv")

    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ({"a.zip": zipped({"list.csv": PLAIN})}, "holds another archive"),
            ({"a.csv": zipped({"list.csv": PLAIN})}, "archive in an archive"),
            ({"a.shp": b"", "a.dbf": b""}, "holds a shapefile"),
            ({"a.png": b""}, "without a table"),
            ({"a.csv": b""}, "is empty"),
            ({"a.csv": b"Dear all"}, "not a table"),
            ({"folder/": b""}, "without a table"),
        ],
    )
    def test_what_holds_no_table_is_refused(self, files, words):
        assert words in refusal(zipped(files), "all.zip")

    def test_macros_inside_are_refused(self):
        book = workbook({"S": [["name", "status"]]}, extra={"xl/vbaProject.bin": b"x"})
        assert "contains macros" in refusal(zipped({"a.xlsx": book}), "all.zip")

    @pytest.mark.parametrize("claimed", [130_000_000, 5])
    def test_a_bomb_is_stopped_at_the_limit(self, claimed):
        content = zipped({"list.csv": b"name,status\n" + b"a,b\n" * 30_000_000})
        size = (30_000_000 * 4 + 12).to_bytes(4, "little")
        content = content.replace(size, claimed.to_bytes(4, "little"))
        before = resident()
        assert "unpacks to more than" in refusal(content, "all.zip")
        assert resident() - before < 250_000_000

    def test_damage_is_told(self):
        content = bytearray(zipped({"list.csv": self.PLAIN * 50}))
        content[50] ^= 0xFF
        assert "damaged archive" in refusal(bytes(content), "all.zip")
