"""The language of layout files: expressions over a document's data, texts with fields, and what data a layout needs.

Nothing here runs code of an author: an expression reads keys of mappings, calculates with Decimal and calls functions
from a table that is passed in.
"""
