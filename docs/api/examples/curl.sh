#!/bin/sh
# The API from a terminal. Each answer is printed: read it, change it, run it again.
set -eu
PORTAL="${PORTAL:-http://127.0.0.1:8000}"
KEY="${KEY:-wecd_demo_partner_key}"

# Open data: the calls that are open now
curl -fsS "$PORTAL/api/v1/calls?phase=open&phase=closing&fields=code,title,closes_at"

# Who got what in the province of Namur, as a table
curl -fsS "$PORTAL/api/v1/awards?nuts2=BE35&format=csv&page_size=500"

# With a partner's key: what was submitted under its actions, and how many there are
curl -fsS -H "Authorization: Bearer $KEY" \
    "$PORTAL/api/v1/applications?state=submitted&fields=reference,title,requested&count=exact"

# Only what changed: the second time, nothing is sent
etag=$(curl -fsS -o /dev/null -D - "$PORTAL/api/v1/programmes" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
curl -fsS -o /dev/null -w '%{http_code}\n' -H "If-None-Match: $etag" "$PORTAL/api/v1/programmes"

# Everything that was created, updated or deleted since a cursor (none: from the beginning)
curl -fsS -H "Authorization: Bearer $KEY" "$PORTAL/api/v1/changes?resources=calls,applications&after="

# What is wrong is said: here, a parameter that does not exist
curl -sS "$PORTAL/api/v1/calls?colour=red"
