"""One mechanism for every resource of the API: fields, relations and filters are declared once.

``fields`` the kinds of values and their SQL · ``resource`` the declaration · ``pages`` keyset pages ·
``parameters`` what a request asks · ``formats`` JSON, NDJSON, CSV · ``views`` list and detail · ``schema`` OpenAPI.
"""
