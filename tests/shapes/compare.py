"""Fetches the responses in every shape, has each file read by every program that there is, and compares the cells.

    python compare.py SERVER FOLDER

The NDJSON file, read by the json module, is what the others are compared with. It is compared with what was answered.
"""

import collections
import csv
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import openpyxl
import pandas
import polars
import pyarrow.parquet
import pyreadstat

from api import logged_in

HERE = pathlib.Path(__file__).parent
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
# Chosen so that each way to write values and gaps stands in each layout once.
SHAPES = {
    "wide": "", "wide-words": "values=labels&missing=reasons&language=en", "wide-numbers": "values=numbers",
    "long": "layout=long", "long-reasons": "layout=long&missing=reasons&values=labels&language=ko",
}
# What nothing of the background decides, so that nothing is masked.
PLAIN = ["meals", "distress", "sleep_hours", "sleep_hours@2", "weight", "walks"]


def cell(value):
    """A cell as it is compared: a number however it is written, text, or nothing."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (bool, int, float, Decimal)):
        return round(float(value), 9)
    text = str(value)
    if NUMBER.fullmatch(text):
        return round(float(text), 9)
    return text or None


def csv_rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def frame_rows(frame):
    return frame.to_dict("records")


def pandas_csv(path):
    return frame_rows(pandas.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False))


def polars_rows(frame):
    return frame.to_dicts()


def duckdb_rows(read):
    def rows(path):
        relation = duckdb.sql(read.format(path=path))
        return [dict(zip(relation.columns, row)) for row in relation.fetchall()]

    return rows


def workbook(path):
    rows = openpyxl.load_workbook(path, read_only=True)["responses"].iter_rows(values_only=True)
    header = next(rows)
    return [dict(zip(header, row)) for row in rows]


def system_file(path):
    return frame_rows(pyreadstat.read_sav(str(path))[0])


def r_rows(path):
    out = path.with_suffix(".r.csv")
    subprocess.run(["Rscript", HERE / "read.R", path, out], check=True, capture_output=True)
    return csv_rows(out)


def pspp_rows(path):
    out = path.with_suffix(".pspp.csv")
    subprocess.run(["pspp-convert", path, out], check=True, capture_output=True)
    return [{name: value.strip() for name, value in row.items()} for row in csv_rows(out)]


def libreoffice_rows(path):
    # Comma, double quote, UTF-8, cells as stored, every sheet into a file of its own.
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    profile = f"-env:UserInstallation=file://{path.parent}/libreoffice"
    command = ["soffice", profile, "--headless", "--convert-to", options, "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return csv_rows(path.parent / f"{path.stem}-responses.csv")


READERS = {
    "csv": {
        "csv module": csv_rows, "pandas": pandas_csv,
        "polars": lambda path: polars_rows(polars.read_csv(path, infer_schema_length=None)),
        "DuckDB": duckdb_rows("SELECT * FROM read_csv('{path}', header = true, sample_size = -1)"),
        "R": r_rows,
    },
    "ndjson": {
        "pandas": lambda path: frame_rows(pandas.read_json(path, lines=True, dtype=False)),
        "polars": lambda path: polars_rows(polars.read_ndjson(path, infer_schema_length=None)),
        "DuckDB": duckdb_rows("SELECT * FROM read_json('{path}', format = 'newline_delimited', sample_size = -1)"),
    },
    "parquet": {
        "pyarrow": lambda path: pyarrow.parquet.read_table(path).to_pylist(),
        "pandas": lambda path: frame_rows(pandas.read_parquet(path)),
        "polars": lambda path: polars_rows(polars.read_parquet(path)),
        "DuckDB": duckdb_rows("SELECT * FROM read_parquet('{path}')"),
    },
    "xlsx": {"openpyxl": workbook, "LibreOffice": libreoffice_rows},
    "sav": {"pyreadstat": system_file, "R with haven": r_rows, "PSPP": pspp_rows},
}
PROGRAMS = {"R": "Rscript", "R with haven": "Rscript", "PSPP": "pspp-convert", "LibreOffice": "soffice"}


def expected(line, kind):
    """The cells that a file of this kind should have for a line of the NDJSON file."""
    words = line.get("_missing") or {}
    cells = {}
    for name, value in line.items():
        if name == "_missing":
            continue
        # Files with typed columns keep the reasons elsewhere; in the others they stand in the cells.
        word = words.get(name) if kind in ("csv", "xlsx") else None
        cells[name] = cell(word if word else value)
    return cells


def compare(found, lines, kind, who):
    assert len(found) == len(lines), f"{who}: {len(found)} rows, not {len(lines)}"
    count = 0
    for number, (row, line) in enumerate(zip(found, lines)):
        for name, wanted in expected(line, kind).items():
            got = cell(row[name])
            # A formula is made harmless by an apostrophe in CSV.
            if got != wanted and not (kind == "csv" and got == f"'{wanted}"):
                raise SystemExit(f"{who}: row {number}, {name}: {got!r}, not {wanted!r}")
            count += 1
    return count


def check_truth(lines, truth):
    def said(row):
        sleep = "sleep_hours" if row["form_version"] == 1 else "sleep_hours@2"
        named = {sleep if name == "sleep_hours" else name: value for name, value in row.items()}
        return tuple(cell(named.get(name)) for name in PLAIN)

    there = collections.Counter(tuple(cell(line[name]) for name in PLAIN) for line in lines)
    answered = collections.Counter(map(said, truth))
    assert there == answered, f"not what was answered: {list((there - answered).items())[:3]} {list((answered - there).items())[:3]}"
    print(f"shapes: {len(lines)} rows are what was answered")


def fetch(api, folder, shape, kind):
    path = folder / f"{shape}.{kind}"
    path.write_bytes(api.call("GET", f"/v1/forms/shapes/responses.{kind}?{SHAPES[shape]}"))
    return path


def main(server, folder):
    folder = pathlib.Path(folder)
    api = logged_in(server)
    missing = {name for name, program in PROGRAMS.items() if not shutil.which(program)}
    for name in sorted(missing):
        print(f"SKIPPED: {name} is not installed, so it read nothing.")
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    for shape in SHAPES:
        lines = [json.loads(line) for line in fetch(api, folder, shape, "ndjson").read_text("utf-8").splitlines()]
        if shape == "wide":
            check_truth(lines, truth)
        for kind, readers in READERS.items():
            # A system file has labels beside the codes, and reasons as missing values, which its readers leave out.
            if kind == "sav" and shape.endswith(("words", "reasons")):
                continue
            path = fetch(api, folder, shape, kind)
            for name, read in readers.items():
                if name in missing:
                    continue
                begin = time.monotonic()
                count = compare(read(path), lines, kind, f"{name}, {path.name}")
                print(f"{path.name:<22} {name:<14} {count:>9} cells, {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
