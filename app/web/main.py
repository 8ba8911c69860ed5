"""The script that Streamlit runs for every visit and every click: names the pages and hands over to the frame."""

from app.web import ask, texts
from app.web.frame import Entry, run

run((Entry("ask", texts.ASK, ":material/forum:", ask.show),))
