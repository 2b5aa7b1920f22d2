"""Checks a run from its exported files alone. Imports nothing of the rest of Mailroom: what it finds does not depend on
the code that wrote the files. What it checks is said in docs/evidence.md."""
