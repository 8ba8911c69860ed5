"""The pages for looking after an index: documents, folders, models, quality."""
