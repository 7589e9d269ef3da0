"""Receives signed webhooks (Standard Webhooks 1.0.0). It uses the standard library only.

../README.md lists its answers and their reasons.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import sys
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MAX_BODY = 1 << 20
MAX_SIGNATURES = 32  # limits the work that an unknown sender can cause
MAX_SECRETS = 16  # two for each of 8 signing secrets, if all are in a rotation
MAX_DEPTH = 256
TOLERANCE = 5 * 60
# A timestamp may be 5 minutes ahead, and is valid for 5 minutes after itself. The rest is a margin.
REMEMBER_FOR = 2 * TOLERANCE + 10
MIN_REMEMBERED = 10_000  # keep this many ids, however old
MAX_REMEMBERED = 1_000_000  # with more ids, refuse new events: they could be handled twice


def handle(event):
    """Handle one event. After an exception the platform delivers the event again."""
    # Your work goes here.


class Refusal(Exception):
    """The answer to a delivery that is not handled.

    The reason is logged, so it contains no value of the request or the config.
    """

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status
        self.reason = reason


def answer(request):
    if request.command != "POST":
        raise Refusal(405, "only POST is answered")
    body = read_body(request)
    config = read_config(os.environ["RECEIVER_CONFIG"])
    delivery_id, timestamp = verify(config["keys"], request.headers, body)
    event = parse_event(body)

    # Somebody may replay a genuine delivery of another endpoint here, and this receiver may even know its secret.
    if event["tenant"] != config["tenant"]:
        raise Refusal(403, "the delivery is for another tenant")
    if event["environment"] != config["environment"]:
        raise Refusal(403, "the delivery is for another environment")
    if event["endpoint_id"] != config["endpoint_id"]:
        raise Refusal(403, "the delivery is for another endpoint")

    # The platform asks whether this receiver accepts a new secret. The answer is all that it needs.
    if event["type"] == "quickconnect.probe":
        return 204, "probed " + word(delivery_id)
    if config["event_types"] is not None and not any(covers(t, event["type"]) for t in config["event_types"]):
        raise Refusal(422, "events of this type are not taken here")

    if begin(delivery_id, timestamp):
        return 200, "repeated " + word(delivery_id)
    try:
        handle({**event, "id": delivery_id})
    except Exception:
        end(delivery_id, timestamp, False)
        raise Refusal(500, "handling the event failed")
    end(delivery_id, timestamp, True)
    return 204, "accepted " + word(delivery_id) + " " + word(event["type"])


def covers(event_type, of):
    """Return whether an event type, or a family such as message.*, covers the type of an event."""
    return event_type == of or (event_type.endswith(".*") and of.startswith(event_type[:-1]))


def read_body(request):
    length = request.headers.get("Content-Length", "")
    if not re.fullmatch(r"[0-9]{1,12}", length):
        raise Refusal(411, "the length of the body is not given")  # http.server does not support chunks
    left, parts = int(length), []
    try:
        while left > 0:
            part = request.rfile.read(min(left, 1 << 16))
            if not part:
                raise Refusal(400, "the body did not arrive whole")
            left -= len(part)
            if int(length) <= MAX_BODY:  # read and drop a larger one, so that the sender gets the answer
                parts.append(part)
    except OSError:
        raise Refusal(400, "the body did not arrive whole")
    if int(length) > MAX_BODY:
        raise Refusal(413, "the body is larger than 1 MiB")
    return b"".join(parts)


def verify(keys, headers, body):
    """Check a delivery by Standard Webhooks.

    The signed bytes are id, timestamp and body, joined by dots; the body is unchanged. The header has one signature for
    each valid secret of the sender. One match is enough.
    """
    values = []
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        found = headers.get_all(name, [])
        if len(found) > 1:  # programs differ in which one they take
            raise Refusal(400, name + " is there more than once")
        if not found or not found[0].strip(" \t"):
            raise Refusal(400, name + " is missing")
        values.append(found[0].strip(" \t"))
    delivery_id, timestamp, signature = values
    # An id without a dot cannot move the borders between the signed parts. Visible characters cannot forge a log line.
    if not re.fullmatch(r"[!-\-/-~]{1,256}", delivery_id):
        raise Refusal(400, "webhook-id is not 1 to 256 visible characters without a dot")
    if not re.fullmatch(r"[1-9][0-9]{0,11}", timestamp):
        raise Refusal(400, "webhook-timestamp is not unix seconds")
    signatures = signature.split(" ")
    if len(signatures) > MAX_SIGNATURES:
        raise Refusal(400, "webhook-signature has more than 32 signatures")
    if abs(int(time.time()) - int(timestamp)) > TOLERANCE:
        raise Refusal(401, "webhook-timestamp is more than 5 minutes away")

    signed = (delivery_id + "." + timestamp + ".").encode("ascii") + body
    for key in keys:
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        for entry in signatures:
            version, _, value = entry.partition(",")
            if version == "v1" and hmac.compare_digest(value.encode("utf-8"), expected):  # in constant time
                return delivery_id, timestamp
    raise Refusal(401, "no signature matches")


def parse_event(body):
    try:
        text = body.decode("utf-8")
        if depth(text) > MAX_DEPTH:  # parsers differ in how deep they go
            raise Refusal(400, "the body is nested more than 256 deep")
        event = json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        raise Refusal(400, "the body is not a JSON object")
    if not isinstance(event, dict):
        raise Refusal(400, "the body is not a JSON object")
    for name in ("type", "timestamp", "tenant", "environment", "endpoint_id"):
        if not is_text(event.get(name)):
            raise Refusal(400, "the body has no text " + name)
    if "data" not in event:
        raise Refusal(400, "the body has no data")
    return event


def depth(text):
    """Return how deep the arrays and objects of a JSON text are nested."""
    deepest, level, quoted = 0, 0, False
    for token in re.findall(r'(?s)\\.|["\[\]{}]', text):
        if token == '"':
            quoted = not quoted
        elif quoted or token[0] == "\\":
            continue
        elif token in "[{":
            level += 1
            deepest = max(deepest, level)
        else:
            level -= 1
    return deepest


def refuse_constant(name):
    """Refuse NaN and Infinity: json accepts them, but they are not JSON."""
    raise ValueError(name)


# The ids are in memory only, so a restart forgets them. In a real service, store them in your database, in the transaction
# of the event's effect.
lock = threading.Lock()
handling = set()
# id → webhook-timestamp, and the time of the delivery or its last retry; oldest first (a dict finds the oldest slowly)
accepted = OrderedDict()


def begin(delivery_id, timestamp):
    """Return whether the event was accepted before.

    If it returns False, the caller must handle the event and call end. Only one request gets False.
    """
    with lock:
        # The platform signs every attempt again. So the same timestamp is a copy, and another one is a retry after a lost
        # answer.
        first = accepted.get(delivery_id)
        if first and first[0] == timestamp:
            raise Refusal(409, "this delivery was accepted before")
        if first:
            accepted[delivery_id] = first[0], time.monotonic()  # so that a copy of the retry is refused
            return True
        if delivery_id in handling:  # 200 would be wrong if the other request fails
            raise Refusal(409, "this event is being handled")
        while len(accepted) > MIN_REMEMBERED and time.monotonic() - next(iter(accepted.values()))[1] > REMEMBER_FOR:
            accepted.popitem(last=False)
        if len(accepted) + len(handling) >= MAX_REMEMBERED:
            raise Refusal(503, "too many events to remember for now")
        handling.add(delivery_id)
        return False


def end(delivery_id, timestamp, ok):
    with lock:
        handling.discard(delivery_id)
        if ok:
            accepted[delivery_id] = timestamp, time.monotonic()


def read_config(path):
    """Read the file for every request, so that a rotation needs no restart. 503 makes the platform retry later."""
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except OSError:
        raise Refusal(503, "the config file cannot be read")
    except (ValueError, RecursionError):
        config = None
    if (
        not isinstance(config, dict)
        or not all(is_text(config.get(name)) for name in ("tenant", "environment", "endpoint_id"))
        or not is_types(config.get("event_types", []))
        or not isinstance(config.get("secrets"), list)
    ):
        raise Refusal(503, "the config file is not JSON with tenant, environment, endpoint_id, event_types and secrets")
    config["keys"] = [parse_secret(text) for text in config["secrets"] if text is not None]  # None if there is no second one
    if not 1 <= len(config["keys"]) <= MAX_SECRETS:
        raise Refusal(503, "the config file must have 1 to 16 secrets")
    return config


def parse_secret(text):
    if isinstance(text, str) and text.startswith("whsec_"):
        encoded = text[len("whsec_"):]
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if 24 <= len(key) <= 64 and base64.b64encode(key).decode("ascii") == encoded:  # standard, padded, canonical
            return key
    raise Refusal(503, "a secret in the config file has a wrong prefix or wrong base64")


def is_text(value):
    return isinstance(value, str) and value != ""


def is_types(value):
    """Return whether these are event types; None is every type."""
    return value is None or (isinstance(value, list) and value != [] and all(map(is_text, value)))


def word(text):
    """Return at most 100 visible characters of a text, so that it cannot forge a log line."""
    return re.sub(r"[^!-~]", "?", text)[:100]


def say(line):
    with lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class Handler(BaseHTTPRequestHandler):
    timeout = 10  # seconds, for a silent sender

    def respond(self):
        try:
            status, line = answer(self)
        except Refusal as refusal:
            status, line = refusal.status, "refused {} {}".format(refusal.status, refusal.reason)
        say(line)
        self.send_response(status)
        if status == 405:
            self.send_header("Allow", "POST")
        self.end_headers()

    do_POST = do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = respond

    def log_message(self, *args):
        """Log nothing: http.server's own log would repeat what the sender wrote."""


class Server(ThreadingHTTPServer):
    daemon_threads = False  # on SIGTERM, finish running requests
    request_queue_size = 128


def main():
    if not os.environ.get("RECEIVER_CONFIG"):
        sys.exit("RECEIVER_CONFIG must be the path of the config file")
    # Loopback only: put a proxy in front that terminates TLS.
    with Server(("127.0.0.1", int(os.environ.get("PORT") or 8080)), Handler) as server:
        for number in (signal.SIGINT, signal.SIGTERM):
            # shutdown waits for the loop, which this thread runs, so it needs another thread.
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        say("listening on http://127.0.0.1:{}".format(server.server_address[1]))
        server.serve_forever()


if __name__ == "__main__":
    main()
