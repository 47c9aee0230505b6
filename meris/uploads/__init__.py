"""Spreadsheets: read (bytes to rows), match (headers to fields), check, load, undo."""
