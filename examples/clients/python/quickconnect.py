"""For programs that use the secrets of Quickconnect.

Tokens that renew themselves, the credentials of connectors, webhooks, and the check of tokens that others present. It needs
Python 3.9 and no package, and is one file, so that it is easy to copy. ../README.md has its contract. Every object may be
used by several threads.
"""

import base64
import datetime
import hashlib
import hmac
import http.client
import ipaddress
import json
import math
import os
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib
from collections import OrderedDict
from concurrent.futures import Future
from typing import NamedTuple

DEFAULT_TOLERANCE = 5 * 60  # seconds that the timestamp of a webhook may be from the clock
DEFAULT_CACHE_SECONDS = 10  # for which an introspection is kept
DEFAULT_CACHE_SIZE = 10_000  # introspections of each kind: accepted, and not

REQUEST_TIMEOUT = 10
RETRY_AFTER = 10  # a failed renewal is not repeated earlier, while the old value is served
OUTAGE_PAUSE = 1  # how long introspections fail without a request after the platform failed
MAX_RETRY_AFTER = 60 * 60  # the longest Retry-After that counts
MAX_FETCH_AGAIN = 24 * 60 * 60
MAX_ANSWER = 1 << 20
RENEW_AT = 0.8  # of the life of an access token
RENEW_JITTER = 0.05  # how much earlier, at most


# --- Errors ---


class QuickconnectError(Exception):
    """Every error of this file. No text repeats a secret.

    kind: "invalid" (the program or its configuration is wrong), "refused" (the platform said no), "unavailable" (no usable
    answer: a retry later may help), "not_genuine" (a webhook delivery that no known secret has signed just now).
    code is more precise: a code of the platform, or one of ../README.md; it may be empty. status is the platform's, 0
    where there was no answer. retry_after is how many seconds the platform wants to be left alone.
    """

    def __init__(self, kind, code, message, status=0, retry_after=0):
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.status = status
        self.retry_after = retry_after


def _invalid(code, message):
    return QuickconnectError("invalid", code, message)


def _not_genuine(code, message):
    return QuickconnectError("not_genuine", code, message)


def _unavailable(message, cause=None):
    reason = getattr(cause, "reason", cause)
    return QuickconnectError("unavailable", "", message if cause is None else "{}: {}".format(message, type(reason).__name__))


# --- Secrets ---

REDACTED = "[redacted]"


class Secret:
    """A text that does not print itself. Only expose() returns it. It cannot be pickled."""

    __slots__ = ("__text",)

    def __init__(self, text):
        self.__text = text

    def expose(self):
        return self.__text

    def __eq__(self, other):  # in constant time
        return isinstance(other, Secret) and hmac.compare_digest(self.__text.encode(), other.__text.encode())

    __hash__ = None

    def __repr__(self):
        return REDACTED

    __str__ = __repr__

    def __format__(self, spec):
        return REDACTED

    def __reduce_ex__(self, protocol):
        raise TypeError("a secret cannot be pickled")

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def json_default(value):
    """Give this to json.dumps as default, and secrets are written redacted. Without it json refuses them."""
    if isinstance(value, Secret):
        return REDACTED
    raise TypeError("{} cannot be written as JSON".format(type(value).__name__))


def _text_of(secret):
    return secret.expose() if isinstance(secret, Secret) else secret


# --- The format of tokens ---

SCOPED_TOKEN = "qct_"
ACCESS_TOKEN = "qca_"
PRINCIPAL_TOKEN = "qcp_"

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ENTROPY_CHARS = 30
CHECKSUM_CHARS = 6


def check_token(text, *prefixes):
    """Find a typo in a token without a request.

    It takes every prefix where none is given. A token without an error may still be one that the platform never made.
    """
    prefixes = prefixes or (SCOPED_TOKEN, ACCESS_TOKEN, PRINCIPAL_TOKEN)
    prefix = next((p for p in prefixes if text.startswith(p)), None)
    if prefix is None:
        raise _invalid("token_prefix", "the token does not begin with " + " or ".join(prefixes))
    rest = text[len(prefix):]
    if not re.fullmatch(r"[0-9A-Za-z]*", rest):
        raise _invalid("token_character", "after {} the token has a character that is no letter and no digit".format(prefix))
    if len(rest) != ENTROPY_CHARS + CHECKSUM_CHARS:
        raise _invalid(
            "token_length",
            "after {} the token has {} characters and not {}: a part is missing, or there twice".format(
                prefix, len(rest), ENTROPY_CHARS + CHECKSUM_CHARS
            ),
        )
    if _checksum(text[:-CHECKSUM_CHARS]) != text[-CHECKSUM_CHARS:]:
        raise _invalid("token_checksum", "the checksum of the token is wrong: it has a typo")


def _checksum(text):
    """Return a CRC-32 (IEEE) in base62."""
    number, out = zlib.crc32(text.encode("ascii")), ""
    while number:
        number, digit = divmod(number, 62)
        out = BASE62[digit] + out
    return out.rjust(CHECKSUM_CHARS, "0")


def _is_token(text, *prefixes):
    try:
        check_token(text, *prefixes)
    except QuickconnectError:
        return False
    return True


# --- Values that are fetched again ---


class _Lease(NamedTuple):
    value: object
    due: float
    ends_at: float = math.inf


class _Kept:
    """A value that is fetched again when it is due, by one fetch at a time.

    While that runs, and after it failed, the old value is served as long as it is good.
    """

    def __init__(self, now, fetch, refusal=False, failed=None):
        self._now, self._fetch, self._failed = now, fetch, failed
        self._refusal = refusal  # a platform that refuses the token (401, 403) ends the old value too
        self._lock = threading.Lock()
        self._held = None
        self._retry_at = 0  # the old value is served without another attempt until then
        self._wait_until = 0  # the platform wants to be left alone until then
        self._failure = None
        self._flight = None

    def _good(self, now):
        return self._held is not None and now < self._held.ends_at

    def get(self):
        with self._lock:
            now = self._now()
            good = self._good(now)
            if good and (now < self._held.due or now < self._retry_at or self._flight):
                return self._held.value
            if not good and not self._flight and now < self._wait_until:
                raise self._failure
            flight, is_mine = self._flight, not self._flight
            if is_mine:
                flight = self._flight = Future()
        if is_mine:
            self._run(flight)
        return flight.result()

    def _run(self, flight):
        try:
            fetched, failure = self._fetch(), None
        except BaseException as error:
            fetched, failure = None, error
        if failure is not None and self._failed:
            self._failed(failure)
        with self._lock:
            self._flight = None
            if failure is None:
                self._held, self._retry_at, self._wait_until = fetched, 0, 0
            else:
                self._note(failure)
            if failure is None or isinstance(failure, QuickconnectError) and self._good(self._now()):
                flight.set_result(self._held.value)
            else:
                flight.set_exception(failure)

    def _note(self, failure):
        now, wait = self._now(), getattr(failure, "retry_after", 0)
        if self._refusal and getattr(failure, "status", 0) in (401, 403):
            self._held = None
        self._failure, self._wait_until, self._retry_at = failure, now + wait, now + max(wait, RETRY_AFTER)

    def forget(self, is_it):
        """Have the next get fetch, if this is still the value."""
        with self._lock:
            if self._held is not None and is_it(self._held.value):
                self._held = None


# --- Token sources ---


class StaticToken:
    """A token that the program has."""

    def __init__(self, text):
        self._token = Secret(text.strip())
        check_token(self._token.expose())

    def token(self):
        return self._token

    def refused(self, token):
        """Say that this token was answered with 401. The next token is another one, if the source can get one."""


class EnvironmentToken:
    """The token in an environment variable."""

    def __init__(self, name):
        self._name = name

    def token(self):
        return _checked("the environment variable " + self._name, os.environ.get(self._name, ""), check_token)

    def refused(self, token):
        """Do nothing: there is no other token."""


class FileToken:
    """The token in a file, which is read for every use: a replaced one counts at once.

    While the file cannot be used, because it is being replaced, the last token goes on until it is refused.
    """

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._last = None
        self._is_refused = False

    def token(self):
        try:
            read = _read_secret(self._path, check_token)
        except QuickconnectError:
            with self._lock:
                if self._last is not None and not self._is_refused:
                    return self._last
            raise
        with self._lock:
            if read != self._last:
                self._last, self._is_refused = read, False
        return read

    def refused(self, token):
        with self._lock:
            self._is_refused = self._is_refused or token == self._last


def _read_secret(path, check):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, ValueError) as error:
        raise _invalid("source", "read a token: {} {}".format(type(error).__name__, path)) from None
    return _checked("the file {}".format(path), text, check)


def _checked(where, text, check):
    text = text.strip()
    if text == "":
        raise _invalid("source", where + " has no token")
    try:
        check(text)
    except QuickconnectError as error:
        raise _invalid(error.code, "{}: {}".format(where, error)) from None
    return Secret(text)


class Exchange:
    """A token source that exchanges a token for access tokens (RFC 8693) and renews them.

    It makes no request before the first token is wanted. subject_variable or subject_file has the token that is exchanged: a
    workload's JWT, or a scoped token. It is read for every renewal. identity is the id of the workload identity, or its
    name in tenant and environment; only for a JWT. scope narrows what the access token may do. ttl is how many seconds it
    lives; 0: as the platform says. failed learns of renewals that failed, also where the old token goes on. ssl_context is
    for a private authority; now and jitter (0 to 1) are for tests.
    """

    def __init__(
        self, endpoint, subject_variable="", subject_file="", identity="", tenant="", environment="", scope="", ttl=0,
        failed=None, ssl_context=None, now=time.time, jitter=random.random,
    ):
        _origin_of(endpoint)
        if bool(subject_variable) == bool(subject_file):
            raise _invalid("source", "an exchange needs either the variable or the file of the token that it exchanges")
        self._url = endpoint.rstrip("/") + "/v1/token"
        self._variable, self._file = subject_variable, subject_file
        self._jwt_form = {"identity": identity, "tenant": tenant, "environment": environment}
        self._form = {"scope": scope, "ttl": str(int(ttl)) if ttl else ""}
        self._opener, self._now, self._jitter = _opener(ssl_context), now, jitter
        self._kept = _Kept(now, self._exchange, failed=failed)

    def token(self):
        return self._kept.get()

    def refused(self, token):
        self._kept.forget(lambda held: held == token)

    def _exchange(self):
        subject = self._subject()
        is_scoped = subject.expose().startswith(SCOPED_TOKEN)
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": subject.expose(),
            "subject_token_type": "urn:ietf:params:oauth:token-type:" + ("access_token" if is_scoped else "jwt"),
            **({} if is_scoped else self._jwt_form),
            **self._form,
        }
        data = urllib.parse.urlencode({name: value for name, value in form.items() if value}).encode("ascii")
        began = self._now()
        answer = _answer(_send(self._opener, urllib.request.Request(self._url, data, method="POST")))
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not _is_token(token, ACCESS_TOKEN) or not _is_number(life) or not 0 < life < 1 << 31:
            raise _unavailable("the platform's answer has no access token")
        due = began + life * (RENEW_AT - RENEW_JITTER * self._jitter())
        return _Lease(Secret(token), due, began + life)

    def _subject(self):
        if self._file:
            return _read_secret(self._file, _check_subject)
        return _checked("the environment variable " + self._variable, os.environ.get(self._variable, ""), _check_subject)


def _check_subject(text):
    """Know the format of scoped tokens only. A JWT is for the platform to check."""
    if text.startswith("qc"):
        check_token(text, SCOPED_TOKEN)
    elif not re.fullmatch(r"[^.\s]+\.[^.\s]+\.[^.\s]+", text):
        raise _invalid("token_prefix", "the token to exchange is neither a JWT nor a scoped token ({})".format(SCOPED_TOKEN))


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# --- Requests ---


class Client:
    """Sends requests to one origin with a token, and repeats one that is answered with 401 once, with a new token.

    endpoint is the platform's URL, or that of a service which takes its tokens: https, or http on this machine.
    ssl_context is for a private authority; now is for tests.
    """

    def __init__(self, endpoint, tokens, ssl_context=None, now=time.time):
        self._origin = _origin_of(endpoint)
        self.endpoint = endpoint.rstrip("/")
        self.now = now
        self._tokens, self._opener = tokens, _opener(ssl_context)

    def open(self, method, to, body=None, headers=None):
        """Send a request, and return an answer with status, headers and read().

        It goes to a path below the endpoint, or to a URL of its origin. An answer of 401 is repeated once with another
        token, if there is one, and if the body can be sent again: bytes or a text, and no file.
        """
        url = self.endpoint + to if to.startswith("/") else to
        if _split_origin(url) != self._origin:
            raise _invalid("endpoint", "the token of this client is for {} only".format(self._origin))
        if isinstance(body, str):
            body = body.encode("utf-8")
        token = self._tokens.token()
        answer = self._send(method, url, body, headers, token)
        if answer.status != 401:
            return answer
        self._tokens.refused(token)
        if body is not None and not isinstance(body, (bytes, bytearray)):
            return answer
        try:
            following = self._tokens.token()
        except QuickconnectError:
            return answer
        if following == token:
            return answer
        answer.close()
        second = self._send(method, url, body, headers, following)
        if second.status == 401:
            self._tokens.refused(following)
        return second

    def _send(self, method, url, body, headers, token):
        request = urllib.request.Request(url, body, dict(headers or {}), method=method)
        # Not one of the headers that follow a redirect.
        request.add_unredirected_header("Authorization", "Bearer " + token.expose())
        return _send(self._opener, request)

    def acknowledge(self, object_id, version):
        """Say that the pending version of a scoped token (tok_…) or signing secret (sec_…) is in use.

        The client's token is that of a principal which may acknowledge, such as role runtime.
        """
        kind = {"tok": "scoped-tokens", "sec": "signing-secrets"}.get(object_id[:3] if _ID.fullmatch(object_id) else "")
        if kind is None or not isinstance(version, int) or version < 1:
            raise _invalid("id", "only a version of a scoped token (tok_…) or of a signing secret (sec_…) is acknowledged")
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        path = "/v1/{}/{}/rotation/acknowledge".format(kind, object_id)
        _read(self.open("POST", path, json.dumps({"version": version}), headers))


_ID = re.compile(r"[a-z]{3}_[0-9A-Z]{26}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could carry the token to another host."""

    def redirect_request(self, *args):
        return None


def _opener(ssl_context):
    return urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=ssl_context))


def _split_origin(url):
    parts = urllib.parse.urlsplit(url)
    return "{}://{}".format(parts.scheme, parts.netloc)


def _origin_of(endpoint):
    """Check an endpoint and return its scheme and host."""
    parts = urllib.parse.urlsplit(endpoint)
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise _invalid("endpoint", "the endpoint must be a URL such as https://quickconnect.example.com")
    try:
        is_local = ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        is_local = parts.hostname == "localhost"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise _invalid("endpoint", "the endpoint must begin with https: a token must not travel in clear")
    return _split_origin(endpoint)


def _send(opener, request):
    try:
        return opener.open(request, timeout=REQUEST_TIMEOUT)
    except urllib.error.HTTPError as answer:
        return answer
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable("the server cannot be reached", error) from None


def _read(answer):
    """Return the text of the platform's answer, or raise what it says."""
    try:
        with answer:
            text = answer.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise _unavailable("the platform's answer did not arrive whole", error) from None
    if len(text) > MAX_ANSWER:
        raise _unavailable("the platform's answer is too long")
    if 200 <= answer.status < 300:
        return text
    raise _refusal(answer, text)


def _answer(answer):
    """Return the JSON object that the platform answers."""
    try:
        value = json.loads(_read(answer))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _unavailable("the platform's answer cannot be read")
    return value


def _refusal(answer, text):
    """Take only the code from an answer: its texts may be those of a proxy."""
    try:
        code = json.loads(text)["code"]
    except (ValueError, TypeError, KeyError, RecursionError):
        code = ""
    if not isinstance(code, str) or not re.fullmatch(r"[a-z_]{1,64}", code):
        code = ""
    status, header = answer.status, answer.headers.get("Retry-After", "")
    wait = min(int(header), MAX_RETRY_AFTER) if re.fullmatch(r"[0-9]{1,9}", header) else 0
    kind = "unavailable" if status < 400 or status >= 500 or status in (408, 429) else "refused"
    message = "the platform answers {} {}".format(status, code)
    if status == 401:
        message = "the platform refuses the token of this program"
    return QuickconnectError(kind, code, message, status, wait)


# --- The credentials of a connector ---


class ConnectorCredentials(NamedTuple):
    """What the third party wants, in memory only: values are secrets by name."""

    version: int
    values: dict


class Credentials:
    """Has the credentials of one connector, and fetches them again when the platform says.

    consumer is the name of the service, the same for all its instances.
    """

    def __init__(self, client, connector, consumer):
        if not _ID.fullmatch(connector) or not connector.startswith("con_"):
            raise _invalid("id", "the connector must be an id such as con_01JT…")
        if not re.fullmatch(r"[!-~]{1,128}", consumer):
            raise _invalid("consumer", "the consumer must be 1 to 128 visible ASCII characters, such as the name of the service")
        self._client, self._path = client, "/v1/connectors/{}/credentials".format(connector)
        self._headers = {"Quickconnect-Consumer": consumer}
        self._kept = _Kept(client.now, self._fetch, refusal=True)

    def get(self):
        """Return the credentials.

        Those that are known go on while the platform cannot be reached, and end when it refuses the token.
        """
        return self._kept.get()

    def refused(self, credentials):
        """Say that the third party has refused these credentials: they may have been replaced. The next get fetches."""
        self._kept.forget(lambda held: held is credentials)

    def _fetch(self):
        answer = _answer(self._client.open("GET", self._path, headers=self._headers))
        version, values, again = (answer.get(name) for name in ("version", "credentials", "fetch_again_at"))
        if not isinstance(version, int) or not isinstance(values, dict) or not isinstance(again, str):
            raise _unavailable("the platform's answer has no credentials")
        now = self._client.now()
        wait = min(max(_unix(again) - now, 1), MAX_FETCH_AGAIN)
        fetched = ConnectorCredentials(version, {name: Secret(str(value)) for name, value in values.items()})
        return _Lease(fetched, now + wait)


def _unix(text):
    """Return the unix seconds of a date as RFC 3339 writes it. Python before 3.11 reads neither Z nor nanoseconds."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
    if not match:
        raise _unavailable("the platform's answer has no usable date")
    date = datetime.datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00"))
    return date.timestamp() + float(match[2] or 0)


# --- Webhooks ---

MAX_SECRETS = 32
MAX_SIGNATURES = 32
MAX_SIGNATURE_HEADER = 16 << 10
MAX_UNIX = 253402300799  # the year 9999
SIGNATURE_SIZES = {"v1": 32, "v1a": 64}
_DELIVERY_ID = re.compile(r"[!-\-/-~]{1,256}")


def _webhook_keys(secrets):
    if not secrets:
        raise _invalid("no_secrets", "there is no secret to sign or verify with")
    if len(secrets) > MAX_SECRETS:
        raise _invalid("too_many_secrets", "there are more than {} secrets".format(MAX_SECRETS))
    return [_webhook_key(_text_of(secret)) for secret in secrets]


def _webhook_key(text):
    if text.startswith(("whsk_", "whpk_")):
        raise _invalid(
            "algorithm",
            "whsk_ and whpk_ are ed25519 keys, which Python's standard library cannot use: give this receiver a signing secret "
            "of the algorithm hmac-sha256 (whsec_), or verify with the client in Go or Node",
        )
    if not text.startswith("whsec_"):
        raise _invalid("secret_prefix", "a webhook secret must begin with whsec_")
    key = _decode(text[len("whsec_"):])
    if key is None:
        raise _invalid("secret_encoding", "a webhook secret must be standard base64 with padding after its prefix")
    if not 24 <= len(key) <= 64:
        raise _invalid("secret_length", "a webhook secret has 24 to 64 bytes")
    return key


def _decode(text):
    """Read standard base64 with padding. It encodes the result again, to refuse what Python accepts besides."""
    try:
        out = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return out if base64.b64encode(out).decode("ascii") == text else None


def sign_webhook(secrets, delivery_id, timestamp, body):
    """Return the header webhook-signature: one signature for each secret, in their order.

    timestamp is unix seconds. Send it as webhook-timestamp, and the body (bytes) unchanged.
    """
    keys = _webhook_keys(secrets)
    if not _DELIVERY_ID.fullmatch(delivery_id):
        raise _invalid("id", "the id must be 1 to 256 visible ASCII characters without a dot")
    if not _is_timestamp(str(timestamp)):
        raise _invalid("timestamp", "the timestamp must be between 1970 and 9999")
    content = _signed_content(delivery_id, str(timestamp), body)
    return " ".join("v1," + base64.b64encode(_mac(key, content)).decode("ascii") for key in keys)


class Delivery(NamedTuple):
    """A genuine webhook delivery. matched is the place of the first secret that signed it."""

    id: str
    timestamp: int
    matched: int


def verify_webhook(secrets, headers, body, now=None, tolerance=DEFAULT_TOLERANCE):
    """Check a delivery by Standard Webhooks, and say which of the secrets signed it.

    The body is the bytes that came. headers is a mapping or the headers of http.server; now is unix seconds.
    """
    keys = _webhook_keys(secrets)
    if not tolerance > 0:
        raise _invalid("tolerance", "the tolerance must be more than nothing")
    delivery_id, timestamp, signatures = _parse_delivery(headers)
    age = (time.time() if now is None else now) - int(timestamp)
    if age > tolerance:
        raise _not_genuine("too_old", "the delivery is older than the tolerance allows")
    if -age > tolerance:
        raise _not_genuine("too_new", "the delivery is further ahead than the tolerance allows")
    if not signatures:
        raise _not_genuine("unknown_versions", "no signature has a known version (v1, v1a)")
    matched = _first_match(keys, signatures, _signed_content(delivery_id, timestamp, body))
    if matched is None:
        raise _not_genuine("no_match", "no signature matches")
    return Delivery(delivery_id, int(timestamp), matched)


def _is_timestamp(text):
    return re.fullmatch(r"0|[1-9][0-9]{0,11}", text) is not None and int(text) <= MAX_UNIX


def _parse_delivery(headers):
    values = []
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        found = []
        for key, value in headers.items():
            if key.lower() == name:
                found += [value] if isinstance(value, str) else value
        if not found:
            raise _not_genuine("header_missing", "the header {} is missing".format(name))
        if len(found) > 1:  # programs differ in which of two they take
            raise _not_genuine("header_doubled", "the header {} is there more than once".format(name))
        values.append(found[0])
    delivery_id, timestamp, signature = values
    if not _DELIVERY_ID.fullmatch(delivery_id):
        raise _not_genuine("id", "webhook-id is not 1 to 256 visible ASCII characters without a dot")
    if not _is_timestamp(timestamp):
        raise _not_genuine("timestamp", "webhook-timestamp is not unix seconds")
    return delivery_id, timestamp, _parse_signatures(signature)


def _parse_signatures(header):
    """Skip unknown versions. One malformed entry makes the header malformed: no sender writes one."""
    entries = header.split(" ")
    if len(entries) > MAX_SIGNATURES:
        raise _not_genuine("too_many_signatures", "webhook-signature has too many signatures")
    if len(header) > MAX_SIGNATURE_HEADER:
        raise _not_genuine("signature_too_long", "webhook-signature is too long")
    known = []
    for entry in entries:
        match = re.fullmatch(r"([!-+\--~]+),([!-~]+)", entry)
        size = match and SIGNATURE_SIZES.get(match[1])
        value = _decode(match[2]) if size else b""
        if not match or size and (value is None or len(value) != size):
            raise _not_genuine("signature_malformed", "webhook-signature has a malformed entry")
        if size:
            known.append((match[1], value))
    return known


def _first_match(keys, signatures, content):
    """Compare every signature with every key, so that the time does not show which one matched."""
    matched = None
    for place, key in enumerate(keys):
        expected = _mac(key, content)
        for version, value in signatures:
            if version == "v1" and hmac.compare_digest(value, expected) and matched is None:
                matched = place
    return matched


def _signed_content(delivery_id, timestamp, body):
    return "{}.{}.".format(delivery_id, timestamp).encode("ascii") + body


def _mac(key, content):
    return hmac.new(key, content, hashlib.sha256).digest()


# --- Tokens that others present ---


def allows(introspection, scope):
    """Return whether the token has a scope. messages:* covers what is below it, but never credentials:read."""
    return any(
        has == scope or has.endswith(":*") and scope.startswith(has[:-1]) and scope != "credentials:read"
        for has in introspection.get("scope", "").split()
    )


def _peer_of(environ):
    return environ.get("REMOTE_ADDR", "").partition("%")[0]


class Introspector:
    """Asks the platform about the tokens that callers present, and keeps the answers for a short time.

    What it cannot ask about is not accepted. client has the token of a principal of role runtime. remote_addr finds the
    address of the caller in a WSGI environ, behind a proxy of yours; left out, it is that of the connection.
    """

    def __init__(self, client, cache_seconds=DEFAULT_CACHE_SECONDS, cache_size=DEFAULT_CACHE_SIZE, remote_addr=_peer_of):
        self._client, self._ttl, self._remote_addr = client, cache_seconds, remote_addr
        self._lock = threading.Lock()
        # Apart, so that a flood of wrong tokens does not drive out the right ones.
        self._accepted, self._others = _Cache(cache_size), _Cache(cache_size)
        self._flights = {}
        self._paused_until = 0

    def introspect(self, token, remote_addr=""):
        """Return what the platform says (RFC 7662) of a token that came from an address.

        An error means that nothing is known: the token must not be accepted.
        """
        text = _text_of(token)
        if not _is_token(text, SCOPED_TOKEN, ACCESS_TOKEN):
            return {"active": False}  # no platform made this one
        key = hashlib.sha256("{}\0{}".format(text, remote_addr).encode("utf-8")).digest()
        with self._lock:
            now = self._client.now()
            known = self._accepted.find(key, now) or self._others.find(key, now)
            if known:
                return _served(known, now)
            if now < self._paused_until:
                wait = self._paused_until - now
                raise QuickconnectError("unavailable", "", "the platform could not be asked just now", retry_after=wait)
            flight, is_mine = self._flights.get(key), key not in self._flights
            if is_mine:
                flight = self._flights[key] = Future()
        if is_mine:
            self._ask(flight, key, text, remote_addr, now)
        return flight.result()

    def _ask(self, flight, key, token, remote_addr, began):
        try:
            answer, failure = self._request(token, remote_addr), None
        except BaseException as error:
            answer, failure = None, error
        with self._lock:
            del self._flights[key]
            if failure is None:
                self._keep(key, answer, began)
            elif isinstance(failure, QuickconnectError):
                self._note(key, failure, began)
        if failure is None:
            flight.set_result(answer)
        else:
            flight.set_exception(failure)

    def _keep(self, key, answer, began):
        until = began + self._ttl
        if answer["active"]:
            self._accepted.put(key, _Cached(answer, min(until, answer.get("exp") or math.inf)), began)
        else:
            self._others.put(key, _Cached(answer, until), began)

    def _note(self, key, failure, began):
        now = self._client.now()
        if failure.code == "token_rate_limited":
            failure.retry_after = max(failure.retry_after, 1)
            self._others.put(key, _Cached(None, now + failure.retry_after), began)
        elif failure.kind == "unavailable" or failure.status in (401, 403):  # any other refusal is about this request only
            failure.retry_after = max(failure.retry_after, OUTAGE_PAUSE)
            self._paused_until = now + failure.retry_after

    def _request(self, token, remote_addr):
        form = {"token": token, **({"remote_addr": remote_addr} if remote_addr else {})}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = _answer(self._client.open("POST", "/v1/introspect", urllib.parse.urlencode(form), headers))
        if not isinstance(answer.get("active"), bool) or not isinstance(answer.get("scope", ""), str):
            raise _unavailable("the platform's answer cannot be read")
        return answer

    def require(self, app, *scopes):
        """Return a WSGI application that lets only requests through whose bearer token is accepted and has these scopes.

        What is known of the token is in environ["quickconnect.introspection"].
        """

        def guarded(environ, start_response):
            status, headers = self._judge(environ, scopes)
            if status:
                start_response(status, headers + [("Content-Length", "0")])
                return [b""]
            return app(environ, start_response)

        return guarded

    def _judge(self, environ, scopes):
        match = re.fullmatch(r"(?i:bearer) ([^ ].*)", environ.get("HTTP_AUTHORIZATION", ""))
        if not match:
            return "401 Unauthorized", [("WWW-Authenticate", "Bearer")]
        try:
            found = self.introspect(match[1], self._remote_addr(environ))
        except QuickconnectError as error:
            wait = str(math.ceil(max(error.retry_after, OUTAGE_PAUSE)))
            limited = error.code == "token_rate_limited"
            return "429 Too Many Requests" if limited else "503 Service Unavailable", [("Retry-After", wait)]
        if not found["active"]:
            return "401 Unauthorized", [("WWW-Authenticate", 'Bearer error="invalid_token"')]
        if not all(allows(found, scope) for scope in scopes):
            challenge = 'Bearer error="insufficient_scope", scope="{}"'.format(" ".join(scopes))
            return "403 Forbidden", [("WWW-Authenticate", challenge)]
        environ["quickconnect.introspection"] = found
        return "", []


class _Cached(NamedTuple):
    answer: dict  # None: the token is used too often
    until: float


def _served(known, now):
    if known.answer is not None:
        return known.answer
    message = "the token is used more often than its rate_limit_per_minute allows"
    raise QuickconnectError("unavailable", "token_rate_limited", message, 429, known.until - now)


class _Cache:
    """Keeps a number of answers, the newest ones."""

    def __init__(self, size):
        self._size, self._entries = size, OrderedDict()  # oldest first

    def find(self, key, now):
        found = self._entries.get(key)
        return found if found and now < found.until else None

    def put(self, key, value, now):
        self._entries.pop(key, None)
        while self._entries:
            oldest = next(iter(self._entries))
            if len(self._entries) < self._size and now < self._entries[oldest].until:
                break
            del self._entries[oldest]
        self._entries[key] = value
