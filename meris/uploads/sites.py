"""The sites that the rows of a supply file name: one resource from many stock lines."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from meris.fields.words import key
from meris.uploads.cells import Record
from meris.uploads.stage import Staging

Values = dict[str, Any]


class Sites:
    """Collects the sites while the lines pass by; a site takes each fact from the first row that
    knows it, and its time from the latest."""

    def __init__(self, staging: Staging, columns: Iterable[str], as_of: datetime | None) -> None:
        self._names = [staging.sources[column] for column in columns]
        self._line = [staging.sources[column] for column in staging.line]
        self._as_of = as_of
        self._sites: dict[int, Values] = {}
        self._by_key: dict[str, list[int]] = {}

    def lines(self, records: Iterable[Record]) -> Iterator[list[Any]]:
        """Each row as a stock line: its number, its site's number, its time, its columns. A row
        that names a site and no item is a line without an item."""
        for record in records:
            values = record.values
            if values.get("as_of") is None:
                values["as_of"] = self._as_of
            site = self._site_of(record)
            yield [record.number, site, values["as_of"], *map(values.get, self._line)]

    def rows(self) -> Iterator[list[Any]]:
        """The sites themselves, numbered by their first rows; complete once the lines are."""
        for number, values in self._sites.items():
            yield [number, *map(values.get, self._names)]

    def _site_of(self, record: Record) -> int:
        values = record.values
        number = values.get("meris_id")
        identity = f"#{number}" if number else values.get("external_id")
        identity = identity or key(values["storage_site"])
        same_name = self._by_key.setdefault(identity, [])
        for known in same_name:
            if _same_address(self._sites[known], values):
                self._add(known, values)
                return known
        same_name.append(record.number)
        self._sites[record.number] = {name: values.get(name) for name in self._names}
        return record.number

    def _add(self, number: int, values: Values) -> None:
        """Fill in what the site does not know yet; an exact place beats a rough one."""
        site = self._sites[number]
        place = ("position", "position_source", "position_radius_m", "county_fips")
        if values.get("position") and (not site["position"] or site["position_radius_m"]):
            site |= {name: values.get(name) for name in place}
        for name in self._names:
            if site[name] is None and name not in place:
                site[name] = values.get(name)
        times = [at for at in (site["as_of"], values.get("as_of")) if at is not None]
        site["as_of"] = max(times, default=None)


def _same_address(site: Values, values: Values) -> bool:
    """Whether nothing in the two addresses speaks against one site."""
    for name in ("address_line1", "city"):
        one, other = key(site.get(name) or ""), key(values.get(name) or "")
        if one and other and one != other:
            return False
    return True
