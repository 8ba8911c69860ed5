"""Trains the reader: one cross-encoder that reranks, marks answers and tells what is not answered."""
