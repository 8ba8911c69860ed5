"""Holds every English text of the pages Documents, Folders, Models and Quality."""

from __future__ import annotations

from app.web.catalogues import Plural, translate

translate(
    __name__,
    same=(
        "ADD_ADDRESS_HINT",
        "ADD_DEFAULT_COLLECTION",
        "FOLDER_PATH_HINT",
        "FOLDER_ICONS",
        "FOLDER_COLORS",
        "LLM_OTHER_NAME",
        "OLLAMA_DOWNLOAD_HINT",
        "OLLAMA_DOWNLOADING",
        "PROVIDERS",
        "QUESTION_PAGES_HINT",
    ),
)

READ_ONLY = "Your token lets you read here, not change anything."
CANCEL = "Cancel"
SAVE = "Save"
NEVER = "never"

# --- documents ---

DOCUMENTS = "Documents"
DOCUMENTS_NONE = "Nothing is in this collection yet."
DOCUMENTS_NONE_REMEDY = (
    "Drop files above, or add a folder on the page Folders: Lectern then follows its changes by itself."
)
DOCUMENTS_NONE_MATCH = "No document matches. Search for fewer words, or choose all states."
DOCUMENTS_ASK = "Ask these documents"
ASK_ABOUT_ONE = "Ask about this document"
ASK_ABOUT = "Ask about these {count:,}"
ASK_ABOUT_FOUND = "Ask about the documents found ({count:,})"
ASK_ABOUT_NONE = "None of these documents can be asked: they are not indexed."
ASK_ABOUT_TOO_MANY = "At most {most:,} documents can be chosen. Search for more words, or choose a folder on Ask."
DOCUMENTS_FIND = "Find a document"
DOCUMENTS_FIND_HINT = "Words of its name or title"
DOCUMENTS_ALT = "Table of the documents with their state, pages, chunks, and problems"
DOCUMENTS_PART = "Part"
DOCUMENTS_PART_OF = "{first:,} to {last:,} of {total:,}"
DOCUMENTS_CHOOSE = "Tick a document in the table to look at it, index it again or remove it."
STATE = "State"
STATES = {
    "": "All",
    "indexed": "Indexed",
    "stale": "Older version in use",
    "failed": "Not readable",
    "removed": "Removed",
}
WORDS_SO_FAR = "{state}, found by words so far"
COLUMN_DOCUMENT = "Document"
COLUMN_TITLE = "Title"
COLUMN_PAGES = "Pages"
COLUMN_CHUNKS = "Chunks"
COLUMN_INDEXED = "Last indexed"
COLUMN_KIND = "Kind"
COLUMN_PERIOD = "About"
COLUMN_LANGUAGE = "Language"
COLUMN_PROBLEM = "Problem"
COLUMN_REMEDY = "What to do"

ADD = "Add documents"
ADD_WORDS = {
    "zone": "Files to add",
    "drop": "Drop files or folders here",
    "flat": "Files of subfolders are named after them: a/b.pdf becomes a - b.pdf.",
    "files": "Choose files",
    "folder": "Choose a folder",
    "begun": "The files are being sent.",
    "progress": "Files that have arrived",
    "sending": "{arrived} of {total} have arrived. Keep this window open until all have; other pages can be looked at.",
    "arrived": "All have arrived.",
    "missing": "{count} did not arrive.",
    "again": "Send again",
    "too_many": (
        "Those are {count} files; at once it can be {most}. A folder that is kept in step may have any number: see the "
        "page Folders."
    ),
    "unreachable": "Nothing was sent: the server of this page does not answer.",
}
ADD_ADDRESS = "Add from a web address"
ADD_ADDRESS_HINT = "https://"
ADD_ADDRESS_HELP = "Of a single document on the open internet. The same address again replaces what it gave before."
ADD_FETCH = "Fetch"
ADD_INTO = "Into the collection"
ADD_INTO_HELP = "A name that is new makes a new collection."
ADD_DEFAULT_COLLECTION = "default"
ADD_OVERALL = "{done:,} of {total:,} done"
ADD_ALT = "Table of the files with their progress and what became of each"
ADD_FILE = "File"
ADD_PROGRESS = "Progress"
ADD_RESULT = "Result"
ADD_WHY = "Why"
ADD_WAITING = "waiting"
ADD_SENDING = "sent {share:.0%}"
ADD_ARRIVED = "arrived"
ADD_FETCHING = "being fetched"
ADD_INDEXING = "being indexed"
ADD_INDEXED = "indexed"
ADD_UNCHANGED = "unchanged"
ADD_FAILED = "failed"
ADD_SUMMARY = "{indexed:,} indexed, {unchanged:,} unchanged, {failed:,} failed."
ADD_CLEAR = "Clear this list"
ADD_RUNNING = "The upload goes on while you look at other pages."
ADD_COLLECTION = "Collection"
ADD_BROKE_OFF = "The upload broke off here."
ADD_BROKE_OFF_REMEDY = "Send this file again. The terminal in which `lectern web` runs says what it was."
ADD_LOST = "The service does not know this upload any more."
ADD_LOST_REMEDY = "Look into the table below, and send the file again if it is not there."
ADD_STOPPED = "The service was stopped before it was indexed."
ADD_STOPPED_REMEDY = "The file is safe: index it again once the service runs."
ADD_NOT_ARRIVED = "It did not arrive: its window was closed, or the connection broke."
ADD_NOT_ARRIVED_REMEDY = "Send it again."
ADD_CHANGED = "It was changed, moved or deleted while it was being sent."
ADD_CHANGED_REMEDY = "Choose it again."
ADD_TOO_LARGE = "It is larger than {megabytes:,} MB."
ADD_TOO_LARGE_REMEDY = "Put it into a folder that is kept in step, or raise the setting `max_request_megabytes`."
ADD_NO_ROOM = "It could not be written to the disk of the page's server."
ADD_NO_ROOM_REMEDY = "Make room there, then send it again."

REINDEX = "Index again"
REINDEX_STARTED = "It is being read again. Until then, answers come from the version that is indexed."
REMOVE = "Remove"
REMOVE_MANY = "Remove {count:,} documents"
REMOVE_TITLE = "Remove from the index?"
REMOVE_EXPLAINED = (
    "What was uploaded is deleted. Files of synced folders stay where they are, and later syncs leave them out until "
    "they are indexed again."
)
REMOVED = "Removed: {count:,}."
DOWNLOAD = "Open the original"
DOWNLOAD_HELP = "Saves the file. It never opens in this page, where a script in it could act in your name."

TAB_PAGES = "Pages"
TAB_WHY = "Why is it not found?"
PAGE_NUMBER = "Page"
PAGE_IMAGE = "As it looks"
PAGE_TEXT = "The text that was read"
PAGE_TEXT_NONE = "No text was found on this page."
PAGE_IMAGE_NONE = "Only pages of PDFs and pictures can be shown as they look."
PAGE_ALT = "Page {number} of {document}"
FACT_PAGES = Plural("{count:,} page", "{count:,} pages")
FACT_CHUNKS = Plural("{count:,} chunk", "{count:,} chunks")
WARNINGS = "Noticed while reading it"

WHY_QUESTION = "A question for which you expected this document"
WHY_ASK = "Find out"
WHY_YES = "It is found."
WHY_NO = "It is not found."
WHY_DO = "What to do"
WHY_PASSAGES = "Its nearest passages"
WHY_PLACE = "number {place} of all passages found"
WHY_NO_PLACE = "not among the passages found"
WHY_COSINE = "nearness in meaning {cosine:.2f}"
WHY_WORDS = "shares words with the question"
WHY_NO_WORDS = "shares no word with the question"

# --- folders ---

FOLDERS = "Folders"
FOLDERS_NONE = "No folder is synced yet."
FOLDERS_NONE_REMEDY = "Add one below: Lectern indexes it and follows its changes."
FOLDERS_FORBIDDEN = "Adding and changing folders takes a token with the role admin for all collections."
FOLDERS_MISSING = "This service syncs no folders by itself."
FOLDER_ADD = "Add a folder"
FOLDER_PATH = "Folder on the service's machine"
FOLDER_PATH_HINT = "/home/ann/papers"
PICK = "Choose a folder …"
PICK_TITLE = "Choose a folder"
PICK_ALLOWED = "Folders that may be indexed"
PICK_UP = "Up one folder"
PICK_FIND = "Find a folder by its name"
PICK_FIND_HINT = "part of a name"
PICK_NONE = "There is no folder in this one."
PICK_NONE_MATCH = "No folder in this one has that in its name."
PICK_CUT = "Only the first {shown:,} folders are listed. Write a part of a name above to find the others."
PICK_TAKE = "Take this folder"
FOLDER_COLLECTION = "Into the collection"
FOLDER_WHEN = "When it is synced"
FOLDER_WHEN_WATCH = "Soon after files change"
FOLDER_WHEN_EVERY = "Every few minutes or hours"
FOLDER_WHEN_DAILY = "On certain days, at a time"
FOLDER_WHEN_CRON = "By a cron expression"
FOLDER_WHEN_NEVER = "Only when I start it"
FOLDER_EVERY = "Every"
FOLDER_UNIT = "Unit"
FOLDER_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
FOLDER_DAYS = "Days"
FOLDER_DAYS_NAMED = {
    "*": "Every day",
    "1-5": "Monday to Friday",
    "1": "Every Monday",
    "2": "Every Tuesday",
    "3": "Every Wednesday",
    "4": "Every Thursday",
    "5": "Every Friday",
    "6": "Every Saturday",
    "0": "Every Sunday",
}
FOLDER_EVERY_WORDS = {
    "s": Plural("every second", "every {count:,} seconds"),
    "m": Plural("every minute", "every {count:,} minutes"),
    "h": Plural("every hour", "every {count:,} hours"),
    "d": Plural("every day", "every {count:,} days"),
}
FOLDER_DAILY_WORDS = {
    "*": "every day at {time}",
    "1-5": "every working day at {time}",
    "1": "every Monday at {time}",
    "2": "every Tuesday at {time}",
    "3": "every Wednesday at {time}",
    "4": "every Thursday at {time}",
    "5": "every Friday at {time}",
    "6": "every Saturday at {time}",
    "0": "every Sunday at {time}",
}
"""As the service says them in English."""
FOLDER_TIME = "Time"
FOLDER_TIME_HELP = "In the time zone of the service's machine."
FOLDER_CRON = "Cron expression"
FOLDER_CRON_HELP = (
    "Minute, hour, day, month, weekday: 30 2 * * * is every night at half past two. Also @hourly, @daily."
)
FOLDER_ALSO_WATCH = "Also soon after files change"
FOLDER_ADDED = "Added. Its first sync has begun."
FOLDER_RUN = "Run now"
FOLDER_PAUSE = "Pause"
FOLDER_RESUME = "Resume"
FOLDER_CHANGE = "Schedule"
FOLDER_REMOVE = "Remove"
FOLDER_REMOVE_TITLE = "Stop syncing this folder?"
FOLDER_REMOVE_EXPLAINED = "Its documents stay in the index as they are now. Its files are not touched."
FOLDER_STATES = {
    "waiting": "up to date",
    "due": "sync begins soon",
    "running": "syncing",
    "retrying": "will be tried again",
    "paused": "paused",
}
FOLDER_ICONS = {
    "waiting": ":material/check_circle:",
    "due": ":material/schedule:",
    "running": ":material/sync:",
    "retrying": ":material/error:",
    "paused": ":material/pause_circle:",
}
FOLDER_COLORS = {"waiting": "green", "due": "blue", "running": "blue", "retrying": "orange", "paused": "gray"}
FOLDER_WATCHED = "soon after files change"
FOLDER_UNSCHEDULED = "only when you start it"
FOLDER_LAST = "Last sync: {when}, {outcome}, {seconds:.1f} s"
FOLDER_RUNNING = "Syncing: {done:,} of {total:,} files"
FOLDER_EMBEDDING = "All files can be found by their words. Embedding them: {done:,} of {total:,} passages"
FOLDER_BEGINNING = "Syncing: looking for changed files …"
FOLDER_QUEUED = "Waits for another sync to finish."
FOLDER_STOP = "Stop this sync"
FOLDER_LAST_NONE = "Not synced yet"
FOLDER_NEXT = "Next: {when}"
FOLDER_SCHEDULE = "Synced: {when}"
FOLDER_INTO = "Collection: {collection}"
OUTCOMES = {
    "done": "all went well",
    "failed files": "some files could not be read",
    "failed": "failed",
    "running": "running",
    "cut off": "cut off",
    "stopped": "stopped",
}

HISTORY = "Past syncs"
HISTORY_NONE = "No sync has run in this collection yet."
HISTORY_FOLDER = "Folder"
HISTORY_ALL = "All folders"
HISTORY_ALT = "Table of the syncs with what each changed"
HISTORY_DOCUMENTS = "Documents in the index"
HISTORY_SECONDS = "Seconds per sync"
HISTORY_DOCUMENTS_ALT = "Line chart: documents in the index after each sync, over time"
HISTORY_SECONDS_ALT = "Chart: seconds that each sync took, over time"
HISTORY_WHEN = "Time"
HISTORY_CHOOSE = "Tick a sync in the table to see its files."
HISTORY_COLUMNS = {
    "started_at": "Began",
    "folder": "Folder",
    "outcome": "Outcome",
    "added": "New",
    "changed": "Changed",
    "renamed": "Renamed",
    "removed": "Gone",
    "failed": "Failed",
    "unchanged": "Unchanged",
    "seconds": "Seconds",
    "reason": "Problem",
}
CHANGES = {
    "added": "new",
    "changed": "changed",
    "renamed": "renamed",
    "removed": "gone",
    "failed": "failed",
    "kept_out": "left out",
}
CHANGES_NONE = "No file had changed."
CHANGES_ALT = "Table of the files that this sync changed"
CHANGES_WHAT = "What"
CHANGES_FILE = "File"

# --- models ---

MODELS = "Models"
LLM = "The LLM that answers"
LLM_ORIGIN = {
    "chosen here": "chosen on this page",
    "settings": "named in the settings",
    "found": "found on this machine",
    "none": "none was found",
}
LLM_NONE = "There is no LLM. Answers are quotes from your documents."
LLM_NONE_REMEDY = "For written answers, download a model that runs here, start Ollama, or give the key of a provider."
LLM_SEES = "It can look at images: you may attach some to a question."
LLM_SEES_NOT = "As far as Lectern knows, it cannot look at images."
LLM_CHOOSE = "Answer with"
LLM_AUTOMATIC = "What the settings say"
LLM_AUTOMATIC_FOUND = "What is found on this machine"
LLM_QUOTES = "Quotes only, no LLM"
LLM_OTHER = "Another one, by name"
LLM_OTHER_NAME = "PROVIDER:MODEL"
LLM_OTHER_HELP = (
    "Providers: ollama, openai, anthropic, google_genai; gguf is a file here. Questions and passages are sent there."
)
LLM_USE = "Use it"
LLM_TRY = "Try it"
LLM_TRYING = "Asking it for one word …"
LLM_TRIED = "{llm} answered after {seconds:.1f} s:"
LLM_CHANGED = "It answers from the next question on."
LLM_FORBIDDEN = "Changing models and settings takes a token with the role admin for all collections."

OLLAMA = "Models of Ollama"
OLLAMA_AT = "Asked at {url}"
OLLAMA_NONE = "Ollama has no model yet. Download one: a small one such as llama3.2:3b runs on most machines."
OLLAMA_ALT = "Table of the models that Ollama has"
OLLAMA_NAME = "Model"
OLLAMA_SIZE = "Size"
OLLAMA_USE = "Good for"
OLLAMA_CHAT = "answers"
OLLAMA_EMBEDS = "embeddings, not answers"
OLLAMA_REMOTE = "runs on Ollama's machines, not on yours"
OLLAMA_DOWNLOAD = "Download a model"
OLLAMA_DOWNLOAD_NAME = "Its name at ollama.com/library"
OLLAMA_DOWNLOAD_HINT = "llama3.2:3b"
OLLAMA_DOWNLOADING = "{model}: {step}"
OLLAMA_DOWNLOADED = "{model} is downloaded."
OLLAMA_DOWNLOAD_STOPPED = "{model}: stopped. What has arrived is kept for the next try."
OLLAMA_STOP = "Stop"
OLLAMA_DISMISS = "Dismiss"
OLLAMA_REMOVE = "Remove"
OLLAMA_REMOVE_TITLE = "Remove this model?"
OLLAMA_REMOVE_EXPLAINED = "Ollama deletes its files. You can download it again."

LOCAL = "Models that run here"
LOCAL_AT = "Files ending in .gguf in {folder}"
LOCAL_NONE = "There is none yet."
LOCAL_UNSUPPORTED = "What runs them is not installed. On the service's machine: pip install xllamacpp"
LOCAL_ALT = "Table of the models that run on the service's machine"
LOCAL_LICENCE = "Licence"
LOCAL_SEES = "answers, and sees images"
LOCAL_UNUSABLE = "cannot be used"
LOCAL_CHOOSE = "Download one of these (list of {date})"
LOCAL_KNOWN = "{model} · {size}, takes {memory} of memory · {licence}"
LOCAL_GET_ONE = "Get written answers: download {model} ({size})"
LOCAL_GET_EXPLAINED = (
    "It comes from the hub of models on the internet and then runs on this machine alone: no question leaves it. "
    "Licence: {licence}."
)
LOCAL_REMOVE_EXPLAINED = "Its files are deleted. You can download it again."

KEYS = "Addresses and keys of LLMs"
KEYS_EXPLAINED = (
    "A key that is given here is kept in a file that only the owner of the service can read. It is never shown again, "
    "and sent to no other address than the one it was given with. Keys can also stand in the environment of the "
    "service, or in the file .env where it is started."
)
ACCESS_ADDRESS = "Address"
ACCESS_ADDRESS_HINT = "Empty: the one in the settings, else the provider's own"
ACCESS_ADDRESS_HELP = "Of any server that speaks the provider's protocol, such as http://127.0.0.1:8080/v1."
ACCESS_KEY = "Key"
ACCESS_KEY_HELP = "Empty: the key that was given for this address, or none."
ACCESS_MODEL = "A model to try it with"
ACCESS_MODEL_HINT = "Its name there, such as gpt-4o-mini"
ACCESS_KEEP = "Keep and try"
ACCESS_KEPT = "Kept. Choose an LLM of this provider above, by its name."
ACCESS_WORKS = "Kept. {llm} answered after {seconds:.1f} s. Choose it above, by its name."
ACCESS_FORGET = "Forget this address and key"
KEYS_ADDRESS = "Address given here"
KEYS_ALT = "Table of the providers, and whether their key is set"
KEYS_PROVIDER = "Provider"
KEYS_VARIABLE = "Variable"
KEYS_STATE = "Key"
KEYS_PLACE = "Where it is set"
KEYS_SET = "set"
KEYS_NOT_SET = "not set"
PROVIDERS = {
    "openai": "OpenAI and compatible servers",
    "anthropic": "Anthropic",
    "google_genai": "Google Gemini",
    "ollama": "Ollama",
}

SEARCH_SETTINGS = "How the search works"
SEARCH_SETTINGS_EXPLAINED = "Changes apply from the next question on, and are kept."
SEARCH_PARTS = "Embedder: {embedder} · Reranker: {reranker} · Engine: {engine}"
SETTING_NAMES = {
    "rerank_depth": "Passages read for a question",
    "source_chunks": "Passages an answer is made from",
    "refusal_threshold": "Threshold of refusal",
}
SETTING_EFFECTS = {
    "rerank_depth": (
        "The reranker reads so many of the passages found and puts the best first. The time of a search grows with it; "
        "on the page Quality you can measure what it finds in your own documents."
    ),
    "source_chunks": (
        "More give the LLM more to draw from and take it longer to read; what does not fit its context is left out, "
        "and the answer says so."
    ),
    "refusal_threshold": (
        "A question whose answer is less probable than this is refused. A higher value refuses more of what the "
        "documents cannot answer, and more of what they can. Leave it empty for the calibrated value."
    ),
}
SETTING_RESET = "Back to {value}"
SETTING_CALIBRATED = "calibrated"

# --- quality ---

QUALITY = "Quality"
QUALITY_EXPLAINED = (
    "Questions with known pages show how well your own documents are found: change a setting or a document, run again, "
    "and compare."
)
QUESTIONS = "Questions with expected pages"
QUESTIONS_NONE = "No questions yet."
QUESTIONS_NONE_REMEDY = "Write some, upload a file, or keep questions that people rated. Twenty are a good start."
QUESTIONS_ALT = "Table of the questions with the pages expected for each"
QUESTION = "Question"
QUESTION_DOCUMENT = "Document"
QUESTION_DOCUMENT_HELP = "Its name, or the end of its path."
QUESTION_PAGES = "Pages, counted from 1"
QUESTION_PAGES_HINT = "3, 7-9"
QUESTION_PAGES_WRONG = "“{text}” names no pages."
QUESTION_PAGES_WRONG_REMEDY = "Write them as 3 or 3, 7-9."
QUESTION_ADD = "Add"
QUESTION_ADDED = Plural("{count:,} question added.", "{count:,} questions added.")
QUESTION_REMOVE = "Remove {count:,}"
TAB_WRITE = "Write one"
TAB_UPLOAD = "Upload a file"
TAB_RATED = "From ratings"
UPLOAD = "JSON lines"
UPLOAD_EXPLAINED = 'One line for each: {"question": "...", "document": "a.pdf", "pages": [0]}, pages counted from 0.'
RATED_NONE = "Nobody has rated an answer of this collection yet: the thumbs are below each answer."
RATED_FORBIDDEN = "Seeing what others said takes a token with the role admin."
RATED_UP, RATED_DOWN = "good", "bad"
RATED_KEEP = "Keep as a question"
RATED_EXPECTED = "Expected: {places}"
RATED_NO_PAGE = "The answer cited no page: write the question with its page under “Write one”."
RATED_BAD = "The answer was rated bad, so its pages are not offered: write the right page under “Write one”."
RATED_KEPT = "Already among the questions."

EVALUATE = "Run the evaluation"
EVALUATING = "{asked:,} of {questions:,} questions asked"
EVALUATIONS = "Results"
EVALUATIONS_NONE = "No evaluation has run yet. Add questions, then run one: it asks each of them once."
EVALUATION_NAME = "{when} (no. {id})"
EVALUATION_COMPARE = "Compare"
EVALUATION_FAILED = "This run did not finish."
RECALL = "Found among the first pages"
RECALL_ALT = "Line chart: share of the questions whose page is among the first k pages, for each run"
RECALL_K = "First k pages"
RECALL_SHARE = "Share of questions"
RECALL_1 = "Found first"
RECALL_5 = "Among the first 5"
LATENCY = "Questions answered within a time"
LATENCY_ALT = "Chart: milliseconds each question took, sorted, for each run"
LATENCY_SHARE = "Share of questions"
LATENCY_MS = "Milliseconds"
LATENCY_P50 = "Half within"
LATENCY_P95 = "95 % within"
MILLISECONDS = "{ms:,.0f} ms"
RUN = "Run"
OUTCOMES_TITLE = "Question by question"
OUTCOMES_ALT = "Table: each question with the place at which its page was found"
OUTCOMES_PLACE = "Found at"
OUTCOMES_EXPECTED = "Expected"
OUTCOMES_FIRST = "Found first"
OUTCOMES_CHANGE = "Found at, before"
OUTCOMES_NOWHERE = "not found"
