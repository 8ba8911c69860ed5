"""One third-party library a file, behind the protocols of `rag.protocols`. No adapter imports another."""
