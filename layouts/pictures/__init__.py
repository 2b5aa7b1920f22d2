"""Pictures that people hand in (PNG, JPEG, SVG, PDF) as objects that page sets share. Begin at `load`."""
