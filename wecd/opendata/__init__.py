"""Open data: what the programme gives away, in the standards others read, and the page that explains it."""
