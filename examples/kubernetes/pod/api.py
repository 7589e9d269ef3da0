"""An API that lets only callers with a Quickconnect token in. It starts with its projected service account token only."""

import os
from wsgiref.simple_server import make_server

from quickconnect import Client, Exchange, Introspector

ENDPOINT = os.environ["QUICKCONNECT_ENDPOINT"]

# The kubelet replaces the file while this runs. It is read again for each renewal.
TOKENS = Exchange(
    ENDPOINT,
    subject_file=os.environ["QUICKCONNECT_IDENTITY_TOKEN_FILE"],
    identity=os.environ["QUICKCONNECT_IDENTITY"],
    tenant=os.environ["QUICKCONNECT_TENANT"],
    environment=os.environ["QUICKCONNECT_ENVIRONMENT"],
)


def app(_environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"sent\n"]


if __name__ == "__main__":
    guarded = Introspector(Client(ENDPOINT, TOKENS)).require(app, "messages:send")
    with make_server("", int(os.environ.get("PORT", "8080")), guarded) as server:
        print("listening on", server.server_port, flush=True)
        server.serve_forever()
