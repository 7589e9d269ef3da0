"""The driver of the client in Python: it does what each line of its standard input says, and answers with a line."""

import base64
import copy
import io
import json
import logging
import pickle
import pprint
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import quickconnect

clock = 0.0
clients, sources, credentials = {}, {}, {}
failures = []


def now():
    return clock


def describe(error):
    if not isinstance(error, quickconnect.QuickconnectError):
        return {"kind": "other", "message": repr(error)}
    return {
        "kind": error.kind, "code": error.code, "status": error.status, "retry_after": error.retry_after,
        "message": str(error),
    }


def together(times, what):
    """Do something several times at once, and return each different result and error once."""
    results, errors = {}, {}

    def one(_):
        try:
            out = what()
            results[json.dumps(out)] = out
        except Exception as error:
            errors[str(error)] = describe(error)

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(one, range(times)))
    return {"results": list(results.values()), "errors": list(errors.values())}


def open_client(c):
    s, of, endpoint = c["source"], c["of"], c["endpoint"]
    kind = s["kind"]
    if kind == "static":
        sources[of] = quickconnect.StaticToken(s["value"])
    elif kind == "environment":
        sources[of] = quickconnect.EnvironmentToken(s["value"])
    elif kind == "file":
        sources[of] = quickconnect.FileToken(s["value"])
    else:
        given = {name: value for name, value in s.items() if name not in ("kind", "at", "jitter")}
        jitter = s.get("jitter", 0)
        sources[of] = quickconnect.Exchange(s["at"], now=now, jitter=lambda: jitter, failed=failures.append, **given)
    clients[of] = quickconnect.Client(endpoint, sources[of], now=now)


def request(c):
    body = base64.b64decode(c["body"]) if c.get("body") else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if c.get("stream"):
        headers["Content-Length"] = str(len(body))
        body = io.BytesIO(body)
    with clients[c["of"]].open(c["method"], c["path"], body, headers) as answer:
        answer.read()
        return answer.status


def held(c):
    key = c["of"] + c["connector"]
    if key not in credentials:
        credentials[key] = quickconnect.Credentials(clients[c["of"]], c["connector"], "driver")
    return credentials[key]


def fetch(c):
    got = held(c).get()
    return {"version": got.version, "values": {name: value.expose() for name, value in got.values.items()}}


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 256


class Silent(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def serve(c):
    size = c.get("cache_size") or quickconnect.DEFAULT_CACHE_SIZE

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(environ["quickconnect.introspection"]["version"]).encode()]

    guarded = quickconnect.Introspector(clients[c["of"]], cache_size=size).require(app, *(c.get("scopes") or []))
    server = make_server("127.0.0.1", 0, guarded, Server, Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return "http://127.0.0.1:{}".format(server.server_address[1])


def printed(text):
    s = quickconnect.Secret(text)
    log = io.StringIO()
    logger = logging.getLogger("driver")
    logger.addHandler(logging.StreamHandler(log))
    logger.error("%s %r %s", s, s, {"s": s})
    out = [repr(s), str(s), format(s, ">40"), "{0} {0!r} {0!s}".format(s), f"{s} {s!r}", "%s %r" % (s, s), pprint.pformat([s])]
    out += [json.dumps({"s": s}, default=quickconnect.json_default), log.getvalue(), repr(copy.deepcopy([s])), repr(dir(s))]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            out.append(pickle.dumps(s, protocol).hex() + " was pickled " + text)
        except TypeError:
            pass
    try:
        out.append(json.dumps(s))
    except TypeError as error:
        out.append(str(error))
    return out


def body_of(c):
    return base64.b64decode(c["body"])


commands = {
    "open": open_client,
    "token": lambda c: together(c.get("times", 1), lambda: sources[c["of"]].token().expose()),
    "request": lambda c: together(c.get("times", 1), lambda: request(c)),
    "credentials": lambda c: together(c.get("times", 1), lambda: fetch(c)),
    "refuse_credentials": lambda c: held(c).refused(held(c).get()),
    "acknowledge": lambda c: clients[c["of"]].acknowledge(c["id"], c["version"]),
    "serve": serve,
    "failures": lambda c: len(failures),
    "check_token": lambda c: quickconnect.check_token(c["text"], *(c.get("prefixes") or [])),
    "allows": lambda c: quickconnect.allows({"scope": c["has"]}, c["wants"]),
    "sign": lambda c: quickconnect.sign_webhook(c.get("secrets") or [], c["id"], c["timestamp"], body_of(c)),
    "verify": lambda c: quickconnect.verify_webhook(
        c.get("secrets") or [], c["headers"], body_of(c), now=clock, tolerance=c["tolerance"]
    ).matched,
    "print": lambda c: printed(c["text"]),
}

for line in sys.stdin:
    command = json.loads(line)
    clock = command.get("now") or clock
    try:
        answer = {"result": commands[command["do"]](command)}
    except Exception as error:
        answer = {"error": describe(error)}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
