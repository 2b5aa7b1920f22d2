"""Bar codes and matrix codes: what they say as modules, and how modules are painted on a page."""
