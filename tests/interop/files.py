"""Reads files of responses with libraries that are not ours, and prints the rows as JSON, a list of objects for each file.

A data package is validated first: its description, types, permitted values, references, sizes and checksums.
"""

import json
import sys
from decimal import Decimal

import openpyxl
import pyarrow.parquet
import pyreadstat
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


def parquet(path):
    """The reasons stand in a column of their own, as JSON; here they take the place of what they explain."""
    table = pyarrow.parquet.read_table(path)
    about = json.loads(table.schema.metadata[b"codebook"])
    described = [field["name"] for field in about["schema"]["fields"]]
    assert table.column_names == [*described, "_missing"], table.column_names

    def row(cells):
        cells = {name: int(value) if isinstance(value, bool) else value for name, value in cells.items()}
        reasons = json.loads(cells.pop("_missing") or "{}")
        assert all(cells[name] is None for name in reasons), cells
        return cells | reasons

    return [row(cells) for cells in table.to_pylist()]


def workbook(path):
    book = openpyxl.load_workbook(path, read_only=True)
    rows = book["responses"].iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row)) for row in rows]


def system_file(path):
    """Numbers that count as missing become the word that they are labelled with; so the labels are checked as well."""
    columns, meta = pyreadstat.read_sav(path, user_missing=True, output_format="dict")
    words = {"masked": "MSK", "declined": "ASKU", "left blank": "NI", "not in this version": "NASK", "not shown": "NA"}
    for name, ranges in meta.missing_ranges.items():
        labels = meta.variable_value_labels[name]

        def shown(value):
            missing = any(one["lo"] <= value <= one["hi"] for one in ranges)
            return words[labels[value]] if missing else value

        values = columns[name]
        columns[name] = [None if value is None or value == "" or value != value else shown(value) for value in values]
    names = list(columns)
    described = dict(zip(meta.column_names, meta.column_labels))
    assert names == meta.column_names and all(described.values()), described
    columns = [[None if value == "" or value != value else value for value in columns[name]] for name in names]
    return [dict(zip(names, row)) for row in zip(*columns)]


READERS = {"xlsx": workbook, "parquet": parquet, "sav": system_file, "zip": data_package}


def rows(path):
    read = READERS[path.rsplit(".", 1)[1]]
    return [{name: plain(value) for name, value in row.items()} for row in read(path)]


print(json.dumps([rows(path) for path in sys.argv[1:]]))
