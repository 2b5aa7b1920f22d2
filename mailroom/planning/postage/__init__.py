"""Postage: products and prices by date, presort, mail trays, pallets, and the manifest of what was posted."""
