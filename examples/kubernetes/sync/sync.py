"""Writes the value of a scoped token into a Kubernetes Secret, for software that can only read one. Prints no value."""

import base64
import json
import os
import ssl
import urllib.request

from quickconnect import Client, Exchange

ENDPOINT = os.environ["QUICKCONNECT_ENDPOINT"]
ACCOUNT = os.environ.get("SERVICE_ACCOUNT_DIR", "/var/run/secrets/kubernetes.io/serviceaccount")
CLUSTER = os.environ.get("CLUSTER", "https://kubernetes.default.svc")


def revealed():
    """The version of the scoped token to use, and its value."""
    tokens = Exchange(
        ENDPOINT,
        subject_file=os.environ["QUICKCONNECT_IDENTITY_TOKEN_FILE"],
        identity=os.environ["QUICKCONNECT_IDENTITY"],
        tenant=os.environ["QUICKCONNECT_TENANT"],
        environment=os.environ["QUICKCONNECT_ENVIRONMENT"],
        scope="read reveal",
    )
    client = Client(ENDPOINT, tokens)
    token = "/v1/scoped-tokens/" + os.environ["QUICKCONNECT_SCOPED_TOKEN"]
    # In a rotation this is the new version already: it becomes the current one once it was seen in use.
    version = ask(client, "GET", token)["version"]
    return version, ask(client, "POST", "{}/versions/{}/reveal".format(token, version))["value"]


def ask(client, method, path):
    with client.open(method, path) as answer:
        if answer.status != 200:
            raise SystemExit("sync: the platform answers with status {}".format(answer.status))
        return json.loads(answer.read())


def write(version, value):
    """Change the Secret and nothing else. Its annotation says which version it has."""
    with open(os.path.join(ACCOUNT, "token"), encoding="ascii") as file:
        token = file.read()
    with open(os.path.join(ACCOUNT, "namespace"), encoding="ascii") as file:
        namespace = file.read()
    body = {
        "metadata": {"annotations": {"quickconnect/version": str(version)}},
        "data": {"token": base64.b64encode(value.encode("ascii")).decode("ascii")},
    }
    request = urllib.request.Request(
        "{}/api/v1/namespaces/{}/secrets/{}".format(CLUSTER, namespace, os.environ["SECRET"]),
        json.dumps(body).encode("ascii"),
        {"Authorization": "Bearer " + token, "Content-Type": "application/merge-patch+json"},
        method="PATCH",
    )
    authority = os.path.join(ACCOUNT, "ca.crt")
    context = ssl.create_default_context(cafile=authority) if CLUSTER.startswith("https:") else None
    with urllib.request.urlopen(request, context=context, timeout=30):
        print("sync: the secret {} has version {}".format(os.environ["SECRET"], version))


if __name__ == "__main__":
    write(*revealed())
