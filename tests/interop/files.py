"""Reads files of responses with libraries that are not ours, and prints the rows as JSON, a list of objects for each file.

A data package is validated first: its description, types, permitted values, references, sizes and checksums.
"""

import json
import sys
from decimal import Decimal

import openpyxl
from frictionless import Package


def plain(value):
    if value is None or isinstance(value, (int, float, str)):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)


def data_package(path):
    package = Package(path)
    report = package.validate()
    if not report.valid:
        sys.exit(f"{path}: {report.flatten(['type', 'title', 'note'])[:20]}")
    names = [resource.name for resource in package.resources]
    assert names == ["responses", "codebook", "codes"], names
    return [row.to_dict() for row in package.get_resource("responses").read_rows()]


def workbook(path):
    book = openpyxl.load_workbook(path, read_only=True)
    rows = book["responses"].iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row)) for row in rows]


def rows(path):
    read = workbook if path.endswith(".xlsx") else data_package
    return [{name: plain(value) for name, value in row.items()} for row in read(path)]


print(json.dumps([rows(path) for path in sys.argv[1:]]))
