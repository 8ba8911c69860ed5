"""Holds every English text of the page Collection, and of passwords."""

from __future__ import annotations

from app.web.catalogues import translate

translate(__name__, same=("FIGURES_PRICE", "PASSWORD_PATTERN_HINT"))

COLLECTION_PAGE = "Collection"
NONE = "There is no collection yet."
NONE_REMEDY = "Make one here, or drop files on the page Documents: the first one makes it."

DOCUMENTS = "Documents"
FAILED = "Not readable"
PAGES = "Pages"
SIZE = "Size of the files"
LAST_SYNC = "Last sync"

BY_KIND = "By kind"
BY_TYPE = "By type of file"
BY_LANGUAGE = "By language"
BY_YEAR = "By year"
UNKNOWN = "not known"
OTHERS = "others"
COUNT = "Documents"
CHART_ALT = "Bar chart, documents {what}: {values}"
LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hu": "Hungarian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh-cn": "Chinese",
    "zh-tw": "Chinese (Taiwan)",
}

FAILURES = "What could not be read"
FAILURES_ALT = "Table of the reasons for which documents could not be read"
FAILURES_COUNT = "Documents"
FAILURES_REASON = "Problem"
FAILURES_REMEDY = "What to do"
FAILURES_LINK = "Look at them on the page Documents"

MANAGE = "Name and description"
NAME = "Name"
NAME_HELP = "At most 64 letters, digits, spaces, dots, hyphens and underscores."
DESCRIPTION = "What it holds"
SAVE = "Save"
SAVED = "Saved."
FIGURES = "Figures and charts"
FIGURES_WHAT = (
    "An LLM that sees can describe pictures, charts and scans once, so that they are found and cited. What it says is "
    "marked as its words, and never counted as those of a document."
)
FIGURES_LLM = "LLM that describes them"
FIGURES_LLM_HELP = "PROVIDER:MODEL, such as ollama:qwen2.5vl:7b. Empty: the one that answers questions."
FIGURES_COUNT = "Count what it takes"
FIGURES_ESTIMATE = "Figures: {pictures}, in documents: {documents}. About {tokens} tokens, {cost}."
FIGURES_LOCAL = "{llm} runs on this machine."
FIGURES_REMOTE = "The pictures are sent to {llm}, which does not run on this machine."
FIGURES_PRICE = "{cost} USD"
FIGURES_NO_PRICE = "price not known"
FIGURES_START = "Describe them"
FIGURES_STARTED = "The figures are described in the background."
FIGURES_STATUS = (
    "{llm} looked at figures: {pictures}, described: {described}, tokens: {tokens}. Documents left: {left}."
)
FIGURES_STOP = "Take the descriptions away"
FIGURES_STOPPED = "The descriptions are being taken away."
MAKE = "Make a new collection"
MAKE_DO = "Make it"
MADE = "The collection is there. Now add documents to it."
DELETE = "Delete this collection"
DELETE_TITLE = "Delete the whole collection?"
DELETE_EXPLAINED = (
    "Its index, its conversations, its tables and what was uploaded into it are deleted. Files of synced folders are "
    "not touched."
)
DELETED = "The collection is deleted."
FORBIDDEN = "Making and changing collections takes a token with the role admin."

PASSWORDS = "Passwords of encrypted PDFs"
PASSWORDS_EXPLAINED = (
    "Each is tried on the files that its pattern fits, whenever a folder is synced. They are kept in a file that only "
    "the owner of the service can read, and are never shown."
)
PASSWORDS_NONE = "No password is kept."
PASSWORD_PATTERN = "File or pattern"
PASSWORD_PATTERN_HINT = "invoices/*.pdf"
PASSWORD = "Password"
PASSWORD_GIVE = "Keep the password"
PASSWORD_KEPT = "Kept. The next sync reads the files that it opens."
PASSWORD_REMOVE = "Delete the password of {pattern}"
PASSWORD_OF_SETTINGS = "{pattern} (in the settings)"
PASSWORD_FOR_FILE = "Password of this file"
PASSWORD_TRY = "Open it"
PASSWORD_TRYING = "The password is kept, and the file is being read with it."
