"""Translators between the bytes of one protocol and the one vocabulary."""
