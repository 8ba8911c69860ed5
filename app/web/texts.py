"""Holds every English text of the frame and the page Ask."""

from __future__ import annotations

from app.web.catalogues import Plural, translate

translate(__name__, same=("PRODUCT",))

PRODUCT = "Lectern"

# --- the frame ---

ASK = "Ask"

COLLECTION = "Collection"
COLLECTION_HELP = "You ask this collection, and see its documents and syncs."
NO_COLLECTION = "Nothing is indexed yet"
LANGUAGE = "Language of the page"
LANGUAGE_OF_BROWSER = "As in the browser"
SERVICE_GONE = "The service behind this page does not answer."
SERVICE_RESTARTED = "It is being started again. What you see here stays, and the page goes on by itself."
SERVICE_START = "Start it: `lectern serve`. What you see here stays, and the page then goes on by itself."
SERVICE_RETRY = "Try again"

DEFECT = "Something went wrong in this page. Nothing that is indexed was touched."
DEFECT_REMEDY = "Try again, or open another page. The terminal in which `lectern web` runs says what it was."

SIGN_IN = "Sign in"
SIGN_IN_EXPLAINED = "You need a token. The administrator makes one with: lectern tokens add NAME"
SIGN_IN_TOKEN = "Token"
SIGN_IN_WITH_ACCOUNT = "Sign in with your account"
SIGN_IN_ACCOUNT_EXPLAINED = "This page asks who you are."
SIGN_OUT = "Sign out"

# --- Ask ---

ASK_PLACEHOLDER = "Ask your documents"
ASK_TOO_LONG = "The question has {count:,} characters, and may have {most:,}. It is in the field again: shorten it."
ASK_IMAGE_ALONE = "Write a question to go with the image: the documents are searched by its words."
ASK_IMAGES_TOO_LARGE = "The images have more than {megabytes} MB together: attach smaller ones, or fewer."
ASK_IMAGE_FORGOTTEN = "with {names}"
ASK_WELCOME = "Ask a question. Every answer shows the page that proves it."
ASK_SUGGESTED = "Try one of these"
ASK_START = "Ask your own documents"
ASK_START_EXPLAINED = (
    "Lectern answers questions from your documents, on this machine, and shows the page that proves each answer. "
    "Drop some files to begin with."
)
ASK_START_FOLDER = "Follow a whole folder instead"
ASK_FORMATS = (
    "PDF, Word, Excel, PowerPoint, OpenDocument, e-books, mails, web pages, Markdown, text, pictures and scans."
)
ASK_ADD = "Add files"
ASK_MAY_NOT_ADD = "Your token may read documents, not add them."
ASK_EMPTY = "There is nothing to ask yet: somebody who may write has to add documents first."
ASK_EARLIER = "Show earlier questions"
ASK_STOP = "Stop"
ASK_AGREE = "Have the LLM read all of it: {cost}"
ASK_NEW = "New conversation"
ASK_ERASED_QUESTION = "(erased)"
ASK_EXPORT = "Export as Markdown"
ASK_EXPORT_FILE = "conversation.md"
CONVERSATIONS = "Conversations"
CONVERSATIONS_FIND = "Search conversations"
CONVERSATIONS_NONE = "No conversation has these words."
CONVERSATIONS_MORE = "Show more"
CONVERSATIONS_EXPORT = "Export all conversations"
CONVERSATIONS_EXPORT_FILE = "conversations.md"
CONVERSATION_TOLD = Plural(
    "{collection}, {when}, {count:,} question",
    "{collection}, {when}, {count:,} questions",
)
CONVERSATION_MENU = "Rename, pin, export, delete"
CONVERSATION_RENAME = "Title"
CONVERSATION_PIN = "Pin to the top"
CONVERSATION_UNPIN = "Take from the top"
CONVERSATION_DELETE = "Delete"
CONVERSATION_DELETE_YES = "Yes, delete it"
CONVERSATION_DELETE_EXPLAINED = "Its questions and answers are erased. The documents stay."
CONVERSATION_UNSAVED = "The last question is not kept yet: {reason}"
ASK_FILTERS = "Only some documents"
ASK_SCOPE = "Asked of:"
ASK_SCOPE_PICK = "Documents and folders"
ASK_SCOPE_PICK_HINT = "All"
ASK_SCOPE_PICK_HELP = "On the page Documents they can be ticked, and all that a search finds be chosen."
ASK_SCOPE_MORE = "{count:,} more"
ASK_SCOPE_MORE_NAMES = "{names} and {count:,} more"
ASK_SCOPE_ALL = "Ask all documents"
ASK_SCOPE_REMOVE = "Take away: {place}"
ASK_SCOPE_GONE = "Not in the index any more. Take away: {place}"
ASK_FILTER_TYPE = "File type"
ASK_FILTER_KIND = "Kind of document"
ASK_FILTER_LANGUAGE = "Language"
ASK_FILTER_PERIOD = "About the year or quarter"
ASK_FILTER_YEAR = "Year of the document"
ASK_FILTER_YEAR_HELP = "By the date that stands in the document, else the one that its file gives."
ASK_FILTER_TITLE = "Title has the words"
ASK_FILTER_ANY = "All"
ASK_MODE = "How to answer"
ASK_MODE_AUTO = "As the question asks"
ASK_MODE_HELP = "A look-up answers from the passages that fit best; the others look at more, as long as it takes."
ASK_MODES = {
    "look-up": "Look-up",
    "all-documents": "Over all documents",
    "calculate": "Calculate",
    "compare": "Compare",
    "summarise": "Summarise",
    "steps": "Several look-ups (LLM)",
}
"""The modes of `rag.planning.modes.Mode`, as people read them."""
ASK_LLM = "Answered by"
ASK_LLM_QUOTES = "Quotes only, no LLM"
ASK_LLM_HELP = "The LLM for your next questions. Another one can be typed, as PROVIDER:MODEL."
ASK_FILTERED = "Asked of: {filters}"
ASK_FILTER_NAMES = {
    "type": "type",
    "kind": "kind",
    "language": "language",
    "period": "about",
    "dated": "date",
    "title": "title",
}

ANSWER_WORDS = {
    "waiting": "Waits for the answer before it …",
    "searching": "Looking through the documents …",
    "writing": "Writing …",
    "sources": "Sources",
    "other_sources": "Found as well, not cited",
    "asked_as": "Understood as:",
    "note": "Note",
    "note_keep": "Keep",
    "share": "Share",
    "nearest": "The nearest passages",
    "refused": "Not found in the documents",
    "stopped": "Stopped.",
    "erased": "This answer was erased with a document that it was made from.",
    "failed": "The answer broke off.",
    "unsupported": "not supported",
    "partly": "partly supported",
    "unsure": "may not answer this",
    "uncited": "no source",
    "not_checked": "not checked",
    "attributed": "found by Lectern, the LLM cited nothing",
    "unsupported_note": "No source supports the marked sentences, or they name none: check them.",
    "copy": "Copy",
    "copied": "Copied",
    "up": "Good answer",
    "down": "Bad answer",
    "again": "Ask again",
    "again_with": "Ask again with …",
    "edit": "Edit the question",
    "edit_ask": "Ask",
    "edit_cancel": "Cancel",
    "show_source": "Show source",
    "filtered": "Only searched, as the question says",
    "lift_filter": "Ask again without this filter",
    "open_link": "opens in a new tab",
    "details": "How it was made",
    "steps": "What was done",
    "undecided": "Could not be decided",
    "more_rows": "more rows; Copy and the export have up to 200 in all, the API has every one",
    "show_page": "Show the page",
    "answered": "The answer is there:",
    "question": "Question",
    "answer": "Answer",
}
ANSWER_NOTICES = {
    "unsure": "Checked: the documents say so. Whether it answers the question is not sure.",
    "partly": "Checked: some of it is not supported by the documents; the sentences are marked.",
    "unsupported": "Nothing in this answer is supported by the documents.",
    "uncited": "Nothing in this answer is supported by the documents: it names no source.",
    "not_checked": "Not checked: the answer ended before it could be checked.",
}
"""Those of `rag.citations.marked_text`, by their names there."""
ANSWER_MARKS = {
    "unsure": "[may not answer this]",
    "partly": "[partly supported]",
    "unsupported": "[unsupported]",
    "uncited": "[no source]",
    "not_checked": "[not checked]",
}
"""Likewise: at a sentence where only text is shown."""
PAGE_WORDS = {"page": "page {number}", "slide": "slide {number}", "sheet": "sheet {number}", "part": "part {number}"}
"""What `rag.types.page_name` calls the pages of a format."""
PAGES_TO = "{first} to {last}"
DOCUMENT_KINDS = {
    "annual report": "annual report",
    "quarterly report": "quarterly report",
    "current report": "current report",
    "earnings release": "earnings release",
    "invoice": "invoice",
    "receipt": "receipt",
    "offer": "offer",
    "order": "order",
    "contract": "contract",
    "minutes": "minutes",
    "policy": "policy",
    "manual": "manual",
    "letter": "letter",
    "article": "article",
    "report": "report",
    "résumé": "résumé",
    "notice": "notice",
    "price list": "price list",
    "timetable": "timetable",
    "e-mail": "e-mail",
    "calendar": "calendar",
    "presentation": "presentation",
    "spreadsheet": "spreadsheet",
    "log": "log",
    "table": "table",
    "book": "book",
    "transcript": "transcript",
    "data": "data",
}
"""The kinds that `ingest.profile` tells apart."""
ANSWER_DOING = {
    "": "Waiting for the service …",
    "rewriting": "Reading the question with those before it …",
    "searching": "Looking through the documents …",
}
ANSWER_READING = "Reading the sources ({count:,}) …"
ANSWER_WORKING = "Working on it …"
ANSWER_QUOTED = "quotes, no LLM"
ANSWER_TOKENS = "{prompt:,} + {completion:,} tokens"
ANSWER_TOKENS_ESTIMATED = "about {prompt:,} + {completion:,} tokens"
ANSWER_FREE = "no cost"
ANSWER_PRICE_UNKNOWN = "price unknown"
ANSWER_RATED = "Thank you."
ANSWER_STAGES = {
    "plan": "plan",
    "choose documents": "choose documents",
    "look up": "look up",
    "look through": "look through documents",
    "read records": "read the records",
    "compute": "compute",
    "count": "count",
    "steps": "look up in steps",
    "write": "write",
    "expand": "write further texts to look up",
    "filter": "choose documents",
    "embed": "read the question",
    "dense": "search by meaning",
    "lexical": "search by words",
    "routed": "search named documents",
    "expanded": "search by further texts",
    "load": "load passages",
    "rerank": "read and reorder",
    "judge": "judge what was found",
    "segments": "join passages",
    "prompt": "fit into the LLM",
    "loading": "load the LLM",
    "generate": "write",
    "read": "mark quotes",
    "check": "check citations",
}

SHARE_TITLE = "Share this answer"
SHARE_EXPLAINED = "With its question, verdicts, quotes and the pages that prove it, marked. Nothing is sent anywhere."
SHARE_PAGE = "As a page to print (HTML)"
SHARE_PDF = "As a PDF"
SHARE_PDF_LACKS = (
    "The PDF lacks characters that no font on the machine of this page has: {characters}. The page to print has them."
)
SHARE_WORD = "As a Word file (DOCX)"
SHARE_MARKDOWN = "As text (Markdown)"
SHARE_ASKED = "Asked of “{collection}”"
SHARE_ANSWERED = "Answered by {llm}"
SHARE_PROOFS = "The pages that prove it"
SHARE_FOOT = "Made by Lectern. Quotes were copied from the pages by code."

EXPORT_TITLE = "Conversation with {collection}"
EXPORT_IMAGES = "(with {names} attached)"
EXPORT_REFUSED = "(refused: nothing relevant found)"
EXPORT_UNSUPPORTED = "not carried by this source"
EXPORT_ATTRIBUTED = "found by Lectern, the LLM cited nothing"
EXPORT_STOPPED = "(stopped)"

PROOF_WORDS = {
    "previous": "Previous page",
    "next": "Next page",
    "page": "Page",
    "zoom_in": "Larger",
    "zoom_out": "Smaller",
    "fit": "Fit to width",
    "zoom_quote": "Zoom to the quote",
    "thumbnails": "Small pictures of the pages",
    "full_screen": "Full screen",
    "find": "Find in the document",
    "find_next": "Next place",
    "found_none": "These words are not in the document.",
    "original": "Open the PDF at this page",
    "divider": "Width of the page beside the answer",
    "close": "Close",
    "of": "of",
    "text": "Text of the page",
    "quote": "Quoted",
    "back": "Back to the quote",
    "nearest": "These are the nearest words. They do not support the sentence.",
}
ORIGINAL_GONE = "This address is not valid any more. Open the page of the document again."
PROOF_ALT = "{document}, {page}, the quoted words marked"
PROOF_ALT_PLAIN = "{document}, {page}"
PROOF_FILE = "Original file"
PROOF_GONE = "The document is not in the index any more."
PROOF_GONE_REMEDY = "Ask again: the answer is then made of what is there now."
