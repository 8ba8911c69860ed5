"""The script that Streamlit runs for every visit and every click: names the pages and hands over to the frame."""

from app.web import ask, texts, upkeep_texts
from app.web.frame import Entry, run
from app.web.upkeep import documents, folders, models, quality

run(
    (
        Entry("ask", texts.ASK, ":material/forum:", ask.show),
        Entry("documents", upkeep_texts.DOCUMENTS, ":material/description:", documents.show),
        Entry("folders", upkeep_texts.FOLDERS, ":material/folder_managed:", folders.show),
        Entry("models", upkeep_texts.MODELS, ":material/tune:", models.show),
        Entry("quality", upkeep_texts.QUALITY, ":material/monitoring:", quality.show),
    )
)
