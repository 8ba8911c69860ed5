"""The script that Streamlit runs for every visit and every click: names the pages and hands over to the frame."""

from app.web import admin_texts, ask, collection_texts, language, search, tables, texts
from app.web.admin import documents, folders, models, overview, quality
from app.web.frame import Entry, run
from app.web.search import texts as search_texts
from app.web.tables import texts as table_texts

language.settle()
run(
    (
        Entry("ask", texts.ASK, ":material/forum:", ask.show),
        Entry("search", search_texts.SEARCH, ":material/search:", search.show),
        Entry("table", table_texts.TABLE, ":material/table:", tables.show),
        Entry("documents", admin_texts.DOCUMENTS, ":material/description:", documents.show),
        Entry("collection", collection_texts.COLLECTION_PAGE, ":material/inventory_2:", overview.show),
        Entry("folders", admin_texts.FOLDERS, ":material/folder_managed:", folders.show),
        Entry("models", admin_texts.MODELS, ":material/tune:", models.show),
        Entry("quality", admin_texts.QUALITY, ":material/monitoring:", quality.show),
    )
)
