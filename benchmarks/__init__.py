"""Measurements of the hot paths. Each module prints a table and writes its figures under build/bench."""
