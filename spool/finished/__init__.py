"""Pages of finished PDFs as page sets: what is printed, marked, kept and printed again like pages of our own."""
