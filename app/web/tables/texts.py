"""Holds every English text of the page Table."""

from __future__ import annotations

from app.web.catalogues import Plural, translate

translate(__name__)

TABLE = "Table"
NONE = "There is no table over these documents yet."
NONE_REMEDY = "Make one: a row for each document, a column for each question."
NO_COLLECTION_REMEDY = "Index some documents first."

NEW = "New table"
NAME = "Name"
NAME_HELP = "A name that a table has already changes that table: cells of columns that stay are kept."
COLUMNS_EXPLAINED = (
    "Columns: a question for each. These fit most documents of the collection{kind}; change them as you like."
)
COLUMNS_KIND = " (kind: {kind})"
COLUMN_NAME = "Column"
COLUMN_QUESTION = "Question to each document"
COLUMN_KIND = "Kind"
COLUMN_UNIT = "Unit"
KINDS = {"text": "text", "number": "number", "date": "date", "yes/no": "yes/no", "list": "list"}
ONLY_KIND = "Only documents of the kind"
ALL_KINDS = "All documents"
USE_LLM = "Ask the LLM where the reader is not sure"
MAKE = "Make and fill"

CHOOSE = "Table"
FILL = "Fill"
FILL_HELP = "Reads new and changed documents; what is filled stays."
STOP = "Stop"
FILLING = "{done:,} of {total:,} rows are filled. {document}"
STATES = {
    "new": "Not filled yet.",
    "stopped": "Stopped: what is filled stays, and the next fill goes on from there.",
    "failed": "Filling failed: {problem} {remedy}",
    "done": "",
    "waiting": "",
    "filling": "",
}
REMOVE = "Delete"
REMOVE_TITLE = "Delete this table?"
REMOVE_EXPLAINED = "Its cells and corrections are deleted. The documents stay."
REMOVED = "Deleted: {name}."

SORT = "Sort by"
SORT_NONE = "Document"
DESCENDING = "Largest first"
FIND = "Only rows whose"
FIND_WORDS = "holds"
FIND_HINT = "words, >100, <2024-05-01, or - for empty"
DOCUMENT = "Document"
ALT = "The table: a row for each document, a column for each question"
LEGEND = "Click a cell for its proof. “?”: not fully supported. “✎”: corrected by a person."
ROWS_NONE = "No row fits."

TOTALS = "Totals"
TOTAL = Plural(
    "{column}: {sum} {unit} in {count:,} cell, from {least} to {greatest}",
    "{column}: {sum} {unit} in {count:,} cells, from {least} to {greatest}",
)
TOTAL_REFUSED = "{column}: not added. {reason}"

EXPORT = "Save as {format}"

CELL_EMPTY = "Empty"
CELL_READ = "Read: {value}"
CELL_VERDICTS = {
    "supported": "Supported by the document.",
    "partly": "Not fully supported: {reason}",
}
CELL_BY = "Found by {by}."
CELL_FOUND = {"reader": "Found by the reader."}
CORRECT = "Correct it"
CORRECT_HELP = "Kept beside what was read, and never overwritten. Empty: the document has no such value."
SAVE = "Save"
TAKE_BACK = "Take the correction back"
CORRECTED = "Corrected by {by}, {at}."
SAVED = "Saved."
