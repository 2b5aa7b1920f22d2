"""The composing benchmark's peers: the same pages, made with each engine that a user would otherwise pick."""
