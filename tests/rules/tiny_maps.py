"""Small files of map programs, for tests."""

import io
import json
import zipfile


def geojson(*features, **members):
    """A FeatureCollection as bytes."""
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def feature(geometry, identity=None, **properties):
    """A Feature; `geometry` may be a (lon, lat) pair."""
    if isinstance(geometry, tuple):
        geometry = {"type": "Point", "coordinates": list(geometry)}
    found = {"type": "Feature", "geometry": geometry, "properties": properties}
    return found if identity is None else {"id": identity, **found}


def kml(inner):
    """A KML document around some elements, as bytes."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'
    ).encode()


def zipped(files):
    """A zip of these files, by path."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()
