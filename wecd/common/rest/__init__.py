"""One mechanism for every resource of the API: fields, relations and filters are declared once.

- ``fields`` the kinds of values and their SQL · ``filters`` · ``resource`` the declaration
- ``pages`` keyset pages · ``parameters`` what a request asks · ``formats`` JSON, NDJSON, CSV
- ``views`` the list and one row · ``problems`` errors · ``schema`` OpenAPI
"""
