"""Adds the looks that Streamlit's themes cannot set, as constants: nothing of a document is in here."""

from __future__ import annotations

import streamlit as st

CSS = """
.block-container, [data-testid="stMainBlockContainer"] { padding: 3.5rem 2.5rem 1rem; max-width: 120rem; }
[data-testid="stBottomBlockContainer"] { padding: 1rem 2.5rem 1.5rem; max-width: 120rem; }
[data-testid="stCaptionContainer"] { color: inherit; opacity: 0.8; }
[data-testid="stBaseButton-primary"]:not(:disabled), [data-testid="stMultiSelect"] [data-tag] * {
  color: light-dark(#fff, #16201f);
}
@media (max-width: 640px) {
  .block-container, [data-testid="stMainBlockContainer"], [data-testid="stBottomBlockContainer"] {
    padding-left: 0.9rem; padding-right: 0.9rem;
  }
}
/* Streamlit wraps the container: inside a wrapper of its own height nothing can stick. */
[data-testid="stLayoutWrapper"]:has(> .st-key-proof) { position: sticky; top: 4.25rem; }
/* One scale of headings: the page, its parts, questions and what a part holds. */
[data-testid="stMainBlockContainer"] h1 { font-size: 1.75rem; padding: 0.4rem 0; }
[data-testid="stMainBlockContainer"] h2 { font-size: 1.25rem; padding: 0.4rem 0; }
[data-testid="stLayoutWrapper"]:has(> .st-key-heading) {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
.st-key-suggestions, .st-key-conversations { gap: 0.25rem; }
.st-key-asked { gap: 0.5rem; margin-bottom: -0.5rem; }
/* In a low window the open page needs the room. */
@media (max-height: 560px) { [data-testid="stApp"]:has(.st-key-proof) .st-key-asked { display: none; } }
.st-key-asked [data-testid="stSelectbox"] [role="group"], .st-key-asked [data-baseweb="select"] > div {
  min-height: 2rem; height: 2rem; font-size: 0.875rem;
}
.st-key-conversations button { text-align: left; justify-content: flex-start; min-height: 1.6rem; }
.st-key-suggestions button { text-align: left; justify-content: flex-start; }
@media (max-width: 900px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-proof) { position: static; }
  .st-key-proof {
    position: fixed; inset: 0; z-index: 1000000; padding: 0.8rem; overflow: auto;
    background: var(--st-background-color, Canvas);
  }
}
/* Streamlit takes the ring off its links and buttons; inside lists that scroll, one around them would be cut off. */
:is(a, button, summary, [tabindex]):focus-visible {
  outline: 2px solid light-dark(#1f6f78, #6fb8c0) !important; outline-offset: 2px;
}
[data-testid="stSidebarNavLink"]:focus-visible { outline-offset: -2px; }
/* The parts of a time, to be hit by every finger (WCAG 2.2, 2.5.8). */
[role="spinbutton"] { display: inline-block; min-width: 24px; min-height: 24px; text-align: center; }
/* However long an answer becomes, what stops it stays in view. */
[data-testid="stAppScrollToBottomContainer"] [class*="st-key-stop-"] { position: sticky; bottom: 7.5rem; z-index: 1; }
"""


def apply() -> None:
    """Put the style into the page."""
    st.html(f"<style>{CSS}</style>")
