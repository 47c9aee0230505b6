"""Small tables as a person would draw them in a test, turned into the bytes of a CSV file."""

import csv
import io


def csv_bytes(drawing: str, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """`a | b` lines to CSV; blanks around cells are only for looks."""
    lines = [line.strip() for line in drawing.strip().splitlines() if line.strip()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([cell.strip() for cell in line.split("|")] for line in lines)
    return out.getvalue().encode(encoding)
