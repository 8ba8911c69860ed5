"""Every English text of the pages, in one place. Knows nothing of where they are drawn."""

from __future__ import annotations

PRODUCT = "Lectern"

# --- the frame ---

ASK = "Ask"

COLLECTION = "Collection"
COLLECTION_HELP = "Questions, documents and runs are those of this collection."
NO_COLLECTION = "Nothing is indexed yet"
NO_COLLECTION_REMEDY = "Drop files on the page Documents, or add a folder on the page Folders."
SERVICE_RETRY = "Try again"
DEFECT = "This page failed in a way it does not know."
DEFECT_REMEDY = "Reload it; the log of `lectern web` says more."

SIGN_IN = "Sign in"
SIGN_IN_EXPLAINED = "This service asks for a token. Whoever runs it makes one with: lectern tokens add NAME"
SIGN_IN_TOKEN = "Token"
SIGN_IN_WRONG = "The service does not know this token."
SIGN_IN_WITH_ACCOUNT = "Sign in with your account"
SIGN_IN_ACCOUNT_EXPLAINED = "This page asks who you are."
SIGN_OUT = "Sign out"
