// For programs that use the secrets of Quickconnect: tokens that renew themselves, the credentials of connectors,
// webhooks, and the check of tokens that others present. It needs Node 20 and no package, and is one file, so that it is
// easy to copy. ../README.md has its contract.

import { createHash, createHmac, createPrivateKey, createPublicKey, randomUUID, sign, timingSafeEqual, verify } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inspect } from "node:util";

/** How far the timestamp of a webhook may be from the clock, in seconds. */
export const DEFAULT_TOLERANCE = 5 * 60;
/** How long an introspection is kept, in seconds. */
export const DEFAULT_CACHE_SECONDS = 10;
/** How many introspections are kept of each kind: accepted, and not. */
export const DEFAULT_CACHE_SIZE = 10_000;

const REQUEST_TIMEOUT = 10_000; // milliseconds
const RETRY_AFTER = 10; // seconds: a failed renewal is not repeated earlier, while the old value is served
const OUTAGE_PAUSE = 1; // seconds for which introspections fail without a request after the platform failed
const MAX_RETRY_AFTER = 60 * 60; // the longest Retry-After that counts
const MAX_FETCH_AGAIN = 24 * 60 * 60;
const MAX_ANSWER = 1 << 20;
const RENEW_AT = 0.8; // of the life of an access token
const RENEW_JITTER = 0.05; // how much earlier, at most

// --- Errors ---

/**
 * Every error of this file. No text repeats a secret.
 *
 * kind: `invalid` (the program or its configuration is wrong), `refused` (the platform said no), `unavailable` (no usable
 * answer: a retry later may help), `not_genuine` (a webhook delivery that no known secret has signed just now).
 */
export class QuickconnectError extends Error {
  /**
   * @param {"invalid"|"refused"|"unavailable"|"not_genuine"} kind
   * @param {string} code more precise: a code of the platform, or one of ../README.md; may be empty
   * @param {string} message
   * @param {{status?: number, retryAfter?: number, cause?: unknown}} [more] retryAfter is in seconds
   */
  constructor(kind, code, message, { status = 0, retryAfter = 0, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "QuickconnectError";
    this.kind = kind;
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

const invalid = (code, message) => new QuickconnectError("invalid", code, message);
const notGenuine = (code, message) => new QuickconnectError("not_genuine", code, message);

function unavailable(message, cause) {
  const reason = cause?.cause?.code ?? cause?.name;
  return new QuickconnectError("unavailable", "", reason ? `${message}: ${reason}` : message, { cause });
}

// --- Secrets ---

const REDACTED = "[redacted]";

/** A text that does not print itself. Only expose() returns it. */
export class Secret {
  #text;

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
  }

  /** @returns {string} */
  expose() {
    return this.#text;
  }

  /** Compares in constant time. @param {unknown} other @returns {boolean} */
  equals(other) {
    return other instanceof Secret && timingSafeEqual(digest(this.#text), digest(other.#text));
  }

  toString() {
    return REDACTED;
  }

  toJSON() {
    return REDACTED;
  }

  [inspect.custom]() {
    return REDACTED;
  }
}

const digest = (text) => createHash("sha256").update(text).digest();
const textOf = (secret) => (secret instanceof Secret ? secret.expose() : secret);

// --- The format of tokens ---

export const SCOPED_TOKEN = "qct_";
export const ACCESS_TOKEN = "qca_";
export const PRINCIPAL_TOKEN = "qcp_";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ENTROPY_CHARS = 30;
const CHECKSUM_CHARS = 6;

/**
 * Finds a typo in a token without a request. It takes every prefix where none is given. A token without an error may still
 * be one that the platform never made.
 * @param {string} text
 * @param {...string} prefixes
 */
export function checkToken(text, ...prefixes) {
  if (prefixes.length === 0) prefixes = [SCOPED_TOKEN, ACCESS_TOKEN, PRINCIPAL_TOKEN];
  const prefix = prefixes.find((p) => text.startsWith(p));
  if (!prefix) throw invalid("token_prefix", `the token does not begin with ${prefixes.join(" or ")}`);
  const rest = text.slice(prefix.length);
  if (!/^[0-9A-Za-z]*$/.test(rest) || rest.endsWith("\n")) {
    throw invalid("token_character", `after ${prefix} the token has a character that is no letter and no digit`);
  }
  const length = ENTROPY_CHARS + CHECKSUM_CHARS;
  if (rest.length !== length) {
    const message = `after ${prefix} the token has ${rest.length} characters and not ${length}: a part is missing, or there twice`;
    throw invalid("token_length", message);
  }
  if (checksum(text.slice(0, -CHECKSUM_CHARS)) !== text.slice(-CHECKSUM_CHARS)) {
    throw invalid("token_checksum", "the checksum of the token is wrong: it has a typo");
  }
}

// A CRC-32 (IEEE) in base62.
function checksum(text) {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let out = "";
  for (let n = ~crc >>> 0; n > 0; n = Math.floor(n / 62)) out = BASE62[n % 62] + out;
  return out.padStart(CHECKSUM_CHARS, "0");
}

function isToken(text, ...prefixes) {
  try {
    checkToken(text, ...prefixes);
    return true;
  } catch {
    return false;
  }
}

// --- Values that are fetched again ---

/**
 * A value, when to fetch it again, and until when it is good: milliseconds. Without an end it stays good.
 * @template T
 * @typedef {{value: T, due: number, endsAt?: number}} Lease
 */

/**
 * A value that is fetched again when it is due, by one fetch at a time. While that runs, and after it failed, the old
 * value is served as long as it is good.
 * @template T
 */
class Kept {
  #now;
  #fetch;
  #refusal;
  #failed;
  /** @type {Lease<T>|null} */
  #held = null;
  #retryAt = 0; // the old value is served without another attempt until then
  #waitUntil = 0; // the platform wants to be left alone until then
  /** @type {unknown} */
  #failure = null;
  /** @type {Promise<T>|null} */
  #flight = null;

  /**
   * @param {() => number} now milliseconds
   * @param {() => Promise<Lease<T>>} fetch
   * @param {{refusal?: boolean, failed?: (error: unknown) => void}} [options] refusal: a platform that refuses the token
   *   (401, 403) ends the old value too
   */
  constructor(now, fetch, { refusal = false, failed } = {}) {
    this.#now = now;
    this.#fetch = fetch;
    this.#refusal = refusal;
    this.#failed = failed;
  }

  // Returns what is held and good at this time.
  #good(now) {
    return this.#held && now < (this.#held.endsAt ?? Infinity) ? this.#held : null;
  }

  /** @returns {Promise<T>} */
  async get() {
    const now = this.#now();
    const good = this.#good(now);
    if (good && (now < good.due || now < this.#retryAt || this.#flight)) return good.value;
    if (!good && !this.#flight && now < this.#waitUntil) throw this.#failure;
    this.#flight ??= this.#run();
    return this.#flight;
  }

  async #run() {
    try {
      const fetched = await this.#fetch();
      this.#held = fetched;
      this.#retryAt = this.#waitUntil = 0;
      return fetched.value;
    } catch (error) {
      this.#failed?.(error);
      if (this.#refusal && (error.status === 401 || error.status === 403)) this.#held = null;
      const now = this.#now();
      const wait = error.retryAfter ?? 0;
      this.#failure = error;
      this.#waitUntil = now + wait * 1000;
      this.#retryAt = now + Math.max(wait, RETRY_AFTER) * 1000;
      const good = this.#good(now);
      if (good) return good.value;
      throw error;
    } finally {
      this.#flight = null;
    }
  }

  /** Has the next get fetch, if this is still the value. @param {(value: T) => boolean} is */
  forget(is) {
    if (this.#held !== null && is(this.#held.value)) this.#held = null;
  }
}

// --- Token sources ---

/**
 * A token source has the token that a program sends. refused says that this token was answered with 401: the next token is
 * another one, if the source can get one.
 * @typedef {{token: () => Promise<Secret>, refused: (token: Secret) => void}} TokenSource
 */

/** A token that the program has. @param {string} text @returns {TokenSource} */
export function staticToken(text) {
  const token = new Secret(text.trim());
  checkToken(token.expose());
  return { token: async () => token, refused() {} };
}

/** The token in an environment variable. @param {string} name @returns {TokenSource} */
export function environmentToken(name) {
  return { token: async () => checked(`the environment variable ${name}`, process.env[name] ?? "", checkToken), refused() {} };
}

/**
 * The token in a file, which is read for every use: a replaced one counts at once. While the file cannot be used, because
 * it is being replaced, the last token goes on until it is refused.
 * @param {string} path @returns {TokenSource}
 */
export function fileToken(path) {
  /** @type {Secret|null} */
  let last = null;
  let isRefused = false;
  return {
    async token() {
      let read;
      try {
        read = await readSecret(path, checkToken);
      } catch (error) {
        if (last && !isRefused) return last;
        throw error;
      }
      if (!read.equals(last)) {
        last = read;
        isRefused = false;
      }
      return read;
    },
    refused(token) {
      if (token.equals(last)) isRefused = true;
    },
  };
}

async function readSecret(path, check) {
  let text;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new QuickconnectError("invalid", "source", `read a token: ${error.code} ${path}`, { cause: error });
  }
  return checked(`the file ${path}`, text, check);
}

function checked(where, text, check) {
  text = text.trim();
  if (text === "") throw invalid("source", `${where} has no token`);
  try {
    check(text);
  } catch (error) {
    throw invalid(error.code, `${where}: ${error.message}`);
  }
  return new Secret(text);
}

/**
 * A token source that exchanges a token for access tokens (RFC 8693) and renews them. It makes no request before the first
 * token is wanted.
 *
 * subjectVariable or subjectFile has the token that is exchanged: a workload's JWT, or a scoped token. It is read for
 * every renewal. identity is the id of the workload identity, or its name in tenant and environment; only for a JWT.
 * scope narrows what the access token may do. ttlSeconds is how long it lives; left out, the platform says. failed learns
 * of renewals that failed, also where the old token goes on. fetch, now (milliseconds) and jitter (0 to 1) are for tests.
 * @param {{endpoint: string, subjectVariable?: string, subjectFile?: string, identity?: string, tenant?: string,
 *   environment?: string, scope?: string, ttlSeconds?: number, failed?: (error: unknown) => void, fetch?: typeof fetch,
 *   now?: () => number, jitter?: () => number}} options
 * @returns {TokenSource}
 */
export function exchange(options) {
  originOf(options.endpoint);
  if (!options.subjectVariable === !options.subjectFile) {
    throw invalid("source", "an exchange needs either the variable or the file of the token that it exchanges");
  }
  const { now = Date.now, jitter = Math.random, fetch: by = fetch, failed } = options;
  const kept = new Kept(now, async () => {
    const body = await exchangeForm(options);
    const began = now();
    const answer = parse(await send(by, `${withoutSlash(options.endpoint)}/v1/token`, { method: "POST", body }));
    const life = answer.expires_in * 1000;
    if (typeof answer.access_token !== "string" || !isToken(answer.access_token, ACCESS_TOKEN) || !(life > 0 && life < 2 ** 41)) {
      throw unavailable("the platform's answer has no access token");
    }
    const due = began + life * (RENEW_AT - RENEW_JITTER * jitter());
    return { value: new Secret(answer.access_token), due, endsAt: began + life };
  }, { failed });
  return { token: () => kept.get(), refused: (token) => kept.forget((held) => held.equals(token)) };
}

/** @param {any} options as exchange has them */
async function exchangeForm({ subjectVariable, subjectFile, identity, tenant, environment, scope, ttlSeconds }) {
  const subject = subjectFile
    ? await readSecret(subjectFile, checkSubject)
    : checked(`the environment variable ${subjectVariable}`, process.env[subjectVariable] ?? "", checkSubject);
  const isScoped = subject.expose().startsWith(SCOPED_TOKEN);
  const form = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: subject.expose(),
    subject_token_type: `urn:ietf:params:oauth:token-type:${isScoped ? "access_token" : "jwt"}`,
  });
  const more = { ...(isScoped ? {} : { identity, tenant, environment }), scope, ttl: ttlSeconds };
  for (const [name, value] of Object.entries(more)) {
    if (value) form.set(name, String(value));
  }
  return form;
}

// Knows the format of scoped tokens only. A JWT is for the platform to check.
function checkSubject(text) {
  if (text.startsWith("qc")) return checkToken(text, SCOPED_TOKEN);
  if (!/^[^.\s]+\.[^.\s]+\.[^.\s]+$/.test(text)) {
    throw invalid("token_prefix", `the token to exchange is neither a JWT nor a scoped token (${SCOPED_TOKEN})`);
  }
}

// --- Requests ---

/**
 * Sends requests to one origin with a token, and repeats one that is answered with 401 once, with a new token.
 */
export class Client {
  #origin;
  #fetch;

  /**
   * endpoint is the platform's URL, or that of a service which takes its tokens: https, or http on this machine. fetch
   * and now (milliseconds) are for tests. The environment variable NODE_EXTRA_CA_CERTS names a private authority.
   * @param {{endpoint: string, tokens: TokenSource, fetch?: typeof fetch, now?: () => number}} options
   */
  constructor({ endpoint, tokens, fetch: by = fetch, now = Date.now }) {
    this.#origin = originOf(endpoint);
    if (!tokens) throw invalid("source", "a client needs a token source");
    this.endpoint = withoutSlash(endpoint);
    this.tokens = tokens;
    this.now = now;
    this.#fetch = by;
  }

  /**
   * Sends a request, as fetch does, to a path below the endpoint or a URL of its origin. An answer of 401 is repeated once
   * with another token, if there is one, and if the body can be sent again: a text, bytes or a form, and no stream.
   * @param {string} to
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async fetch(to, init = {}) {
    const url = to.startsWith("/") ? this.endpoint + to : to;
    if (!URL.canParse(url) || new URL(url).origin !== this.#origin) {
      throw invalid("endpoint", `the token of this client is for ${this.#origin} only`);
    }
    const token = await this.tokens.token();
    const answer = await this.#send(url, init, token);
    if (answer.status !== 401) return answer;
    this.tokens.refused(token);
    if (!canRepeat(init.body)) return answer;
    let next;
    try {
      next = await this.tokens.token();
    } catch {
      return answer;
    }
    if (next.equals(token)) return answer;
    await answer.body?.cancel();
    const second = await this.#send(url, init, next);
    if (second.status === 401) this.tokens.refused(next);
    return second;
  }

  async #send(url, init, token) {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${token.expose()}`);
    const signal = init.signal ?? AbortSignal.timeout(REQUEST_TIMEOUT);
    try {
      // A redirect could carry the token to another host.
      return await this.#fetch(url, { ...init, headers, signal, redirect: "manual" });
    } catch (error) {
      throw unavailable("the server cannot be reached", error);
    }
  }

  /**
   * Says that the pending version of a scoped token (tok_…) or signing secret (sec_…) is in use. The client's token is that
   * of a principal which may acknowledge, such as role runtime.
   * @param {string} id
   * @param {number} version
   */
  async acknowledge(id, version) {
    const kind = { tok: "scoped-tokens", sec: "signing-secrets" }[ID.test(id) ? id.slice(0, 3) : ""];
    if (!kind || !Number.isSafeInteger(version) || version < 1) {
      throw invalid("id", "only a version of a scoped token (tok_…) or of a signing secret (sec_…) is acknowledged");
    }
    const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
    await send((url, init) => this.fetch(url, init), `${this.endpoint}/v1/${kind}/${id}/rotation/acknowledge`, {
      method: "POST",
      headers,
      body: JSON.stringify({ version }),
    });
  }
}

const ID = /^[a-z]{3}_[0-9A-Z]{26}$/;
const withoutSlash = (endpoint) => endpoint.replace(/\/$/, "");

function canRepeat(body) {
  return body === undefined || body === null || typeof body === "string" || body instanceof URLSearchParams ||
    body instanceof ArrayBuffer || ArrayBuffer.isView(body);
}

// Checks an endpoint and returns its scheme and host.
function originOf(endpoint) {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (!url || !url.host || url.username || url.password || url.search || url.hash) {
    throw invalid("endpoint", "the endpoint must be a URL such as https://quickconnect.example.com");
  }
  const isLocal = url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d+){3}$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw invalid("endpoint", "the endpoint must begin with https: a token must not travel in clear");
  }
  return url.origin;
}

// Sends a request to the platform and returns the text of its answer.
async function send(by, url, init) {
  let answer;
  let text;
  try {
    answer = await by(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT), redirect: "manual", ...init });
    text = await readAnswer(answer);
  } catch (error) {
    if (error instanceof QuickconnectError) throw error;
    throw unavailable("the platform cannot be reached", error);
  }
  if (answer.status >= 200 && answer.status < 300) return text;
  throw refusal(answer, text);
}

async function readAnswer(answer) {
  const parts = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > MAX_ANSWER) throw unavailable("the platform's answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // The text may be that of a proxy.
  }
  throw unavailable("the platform's answer cannot be read");
}

// Takes only the code from an answer: its texts may be those of a proxy.
function refusal(answer, text) {
  let code = "";
  try {
    code = JSON.parse(text).code;
  } catch {
    // not JSON
  }
  if (typeof code !== "string" || !/^[a-z_]{1,64}$/.test(code)) code = "";
  const { status } = answer;
  const header = answer.headers.get("Retry-After") ?? "";
  const retryAfter = /^[0-9]{1,9}$/.test(header) ? Math.min(Number(header), MAX_RETRY_AFTER) : 0;
  const kind = status < 400 || status >= 500 || status === 408 || status === 429 ? "unavailable" : "refused";
  const message = status === 401 ? "the platform refuses the token of this program" : `the platform answers ${status} ${code}`;
  return new QuickconnectError(kind, code, message, { status, retryAfter });
}

// --- The credentials of a connector ---

/** @typedef {{version: number, values: Record<string, Secret>}} ConnectorCredentials */

/** Has the credentials of one connector, and fetches them again when the platform says. */
export class Credentials {
  #kept;

  /**
   * @param {Client} client
   * @param {string} connector
   * @param {string} consumer the name of the service, the same for all its instances
   */
  constructor(client, connector, consumer) {
    if (!ID.test(connector) || !connector.startsWith("con_")) throw invalid("id", "the connector must be an id such as con_01JT…");
    if (!/^[!-~]{1,128}$/.test(consumer)) {
      throw invalid("consumer", "the consumer must be 1 to 128 visible ASCII characters, such as the name of the service");
    }
    const url = `${client.endpoint}/v1/connectors/${connector}/credentials`;
    const init = { headers: { "Quickconnect-Consumer": consumer } };
    this.#kept = new Kept(client.now, async () => {
      const answer = parse(await send((to, with_) => client.fetch(to, with_), url, init));
      const again = Date.parse(answer.fetch_again_at);
      if (!(answer.version >= 1) || typeof answer.credentials !== "object" || !answer.credentials || Number.isNaN(again)) {
        throw unavailable("the platform's answer has no credentials");
      }
      const entries = Object.entries(answer.credentials).map(([name, value]) => [name, new Secret(String(value))]);
      const now = client.now();
      const wait = Math.min(Math.max(again - now, 1000), MAX_FETCH_AGAIN * 1000);
      return { value: { version: answer.version, values: Object.fromEntries(entries) }, due: now + wait };
    }, { refusal: true });
  }

  /**
   * Returns the credentials. Those that are known go on while the platform cannot be reached, and end when it refuses the
   * token.
   * @returns {Promise<ConnectorCredentials>}
   */
  get() {
    return this.#kept.get();
  }

  /**
   * Says that the third party has refused these credentials: they may have been replaced. The next get fetches.
   * @param {ConnectorCredentials} credentials
   */
  refused(credentials) {
    this.#kept.forget((held) => held === credentials);
  }
}

// --- Webhooks ---

const MAX_SECRETS = 32;
const MAX_SIGNATURES = 32;
const MAX_SIGNATURE_HEADER = 16 << 10;
const MAX_UNIX = 253402300799; // the year 9999
const SIGNATURE_SIZES = { v1: 32, v1a: 64 };
const DELIVERY_ID = /^[!-\-/-~]{1,256}$/;
// What stands before the 32 bytes of an ed25519 key in DER.
const PRIVATE_DER = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_DER = Buffer.from("302a300506032b6570032100", "hex");

function webhookKeys(secrets) {
  if (secrets.length === 0) throw invalid("no_secrets", "there is no secret to sign or verify with");
  if (secrets.length > MAX_SECRETS) throw invalid("too_many_secrets", `there are more than ${MAX_SECRETS} secrets`);
  return secrets.map((secret) => webhookKey(textOf(secret)));
}

// A key is {secret} for whsec_, {privateKey, publicKey} for whsk_, {publicKey} for whpk_.
function webhookKey(text) {
  const prefix = /^(whsec|whsk|whpk)_/.exec(text)?.[1];
  if (!prefix) throw invalid("secret_prefix", "a webhook secret must begin with whsec_, whsk_ or whpk_");
  const bytes = decode(text.slice(prefix.length + 1));
  if (!bytes) throw invalid("secret_encoding", "a webhook secret must be standard base64 with padding after its prefix");
  if (prefix === "whsec" && bytes.length >= 24 && bytes.length <= 64) return { secret: bytes };
  if (prefix === "whsk" && bytes.length === 32) {
    const privateKey = createPrivateKey({ key: Buffer.concat([PRIVATE_DER, bytes]), format: "der", type: "pkcs8" });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  }
  if (prefix === "whpk" && bytes.length === 32) {
    return { publicKey: createPublicKey({ key: Buffer.concat([PUBLIC_DER, bytes]), format: "der", type: "spki" }) };
  }
  throw invalid("secret_length", "a webhook secret has 24 to 64 bytes (whsec_), or 32 (whsk_, whpk_)");
}

// Reads standard base64 with padding. It encodes the result again, to refuse what Buffer accepts.
function decode(text) {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/**
 * Returns the header webhook-signature: one signature for each secret, in their order. Send the timestamp as
 * webhook-timestamp, and the body unchanged.
 * @param {(Secret|string)[]} secrets
 * @param {string} id
 * @param {number} timestamp unix seconds
 * @param {Uint8Array|string} body
 * @returns {string}
 */
export function signWebhook(secrets, id, timestamp, body) {
  const keys = webhookKeys(secrets);
  if (!DELIVERY_ID.test(id)) throw invalid("id", "the id must be 1 to 256 visible ASCII characters without a dot");
  if (!isTimestamp(String(timestamp))) throw invalid("timestamp", "the timestamp must be between 1970 and 9999");
  const content = signedContent(id, String(timestamp), body);
  const entries = keys.map((key) => {
    if (key.secret) return `v1,${mac(key.secret, content).toString("base64")}`;
    if (!key.privateKey) throw invalid("cannot_sign", "a public key (whpk_) cannot sign");
    return `v1a,${sign(null, content, key.privateKey).toString("base64")}`;
  });
  return entries.join(" ");
}

/**
 * Checks a delivery by Standard Webhooks, and says which of the secrets signed it: matched is the place of the first. The
 * body is the bytes that came. headers is request.headersDistinct, or a Headers object, or names with values.
 * @param {(Secret|string)[]} secrets
 * @param {Headers|Record<string, string|string[]|undefined>} headers
 * @param {Uint8Array|string} body
 * @param {{now?: number, toleranceSeconds?: number}} [options] now in milliseconds
 * @returns {{id: string, timestamp: number, matched: number}}
 */
export function verifyWebhook(secrets, headers, body, { now = Date.now(), toleranceSeconds = DEFAULT_TOLERANCE } = {}) {
  const keys = webhookKeys(secrets);
  if (!(toleranceSeconds > 0)) throw invalid("tolerance", "the tolerance must be more than nothing");
  const { id, timestamp, signatures } = parseDelivery(headers);
  const age = now / 1000 - Number(timestamp);
  if (age > toleranceSeconds) throw notGenuine("too_old", "the delivery is older than the tolerance allows");
  if (-age > toleranceSeconds) throw notGenuine("too_new", "the delivery is further ahead than the tolerance allows");
  if (signatures.length === 0) throw notGenuine("unknown_versions", "no signature has a known version (v1, v1a)");
  const matched = firstMatch(keys, signatures, signedContent(id, timestamp, body));
  if (matched < 0) throw notGenuine("no_match", "no signature matches");
  return { id, timestamp: Number(timestamp), matched };
}

const isTimestamp = (text) => /^(0|[1-9][0-9]{0,11})$/.test(text) && Number(text) <= MAX_UNIX;

function parseDelivery(headers) {
  const all = typeof headers.entries === "function" ? [...headers.entries()] : Object.entries(headers);
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const values = all.filter(([key, value]) => key.toLowerCase() === name && value !== undefined).flatMap(([, value]) => value);
    if (values.length === 0) throw notGenuine("header_missing", `the header ${name} is missing`);
    if (values.length > 1) throw notGenuine("header_doubled", `the header ${name} is there more than once`); // programs differ in which they take
    return values[0];
  });
  if (!DELIVERY_ID.test(id)) throw notGenuine("id", "webhook-id is not 1 to 256 visible ASCII characters without a dot");
  if (!isTimestamp(timestamp)) throw notGenuine("timestamp", "webhook-timestamp is not unix seconds");
  return { id, timestamp, signatures: parseSignatures(signature) };
}

// Skips unknown versions. One malformed entry makes the header malformed: no sender writes one.
function parseSignatures(header) {
  const entries = header.split(" ");
  if (entries.length > MAX_SIGNATURES) throw notGenuine("too_many_signatures", "webhook-signature has too many signatures");
  if (header.length > MAX_SIGNATURE_HEADER) throw notGenuine("signature_too_long", "webhook-signature is too long");
  const known = [];
  for (const entry of entries) {
    const [, version, encoded] = /^([!-+\--~]+),([!-~]+)$/.exec(entry) ?? [];
    const size = Object.hasOwn(SIGNATURE_SIZES, version ?? "") ? SIGNATURE_SIZES[version] : 0;
    const value = size && decode(encoded);
    if (!version || (size && value?.length !== size)) {
      throw notGenuine("signature_malformed", "webhook-signature has a malformed entry");
    }
    if (size) known.push({ version, value });
  }
  return known;
}

// Compares every signature with every key, so that the time does not show which one matched.
function firstMatch(keys, signatures, content) {
  let matched = -1;
  keys.forEach((key, place) => {
    const expected = key.secret && mac(key.secret, content);
    for (const { version, value } of signatures) {
      const same = (version === "v1" && expected && timingSafeEqual(value, expected)) ||
        (version === "v1a" && key.publicKey && verify(null, content, key.publicKey, value));
      if (same && matched < 0) matched = place;
    }
  });
  return matched;
}

const signedContent = (id, timestamp, body) => Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
const mac = (secret, content) => createHmac("sha256", secret).update(content).digest();

// --- Tokens that others present ---

/**
 * What the platform says of a token (RFC 7662). Of one that is not accepted, only active is set.
 * @typedef {{active: boolean, scope?: string, tenant?: string, environment?: string, client_id?: string, sub?: string,
 *   exp?: number, version?: number}} Introspection
 */

/**
 * Whether the token has a scope. messages:* covers what is below it, but never credentials:read.
 * @param {Introspection} introspection
 * @param {string} scope
 */
export function allows(introspection, scope) {
  return (introspection.scope ?? "").split(" ").some((has) => has === scope ||
    (has.endsWith(":*") && scope.startsWith(has.slice(0, -1)) && scope !== "credentials:read"));
}

/**
 * Asks the platform about the tokens that callers present, and keeps the answers for a short time. What it cannot ask
 * about is not accepted.
 */
export class Introspector {
  #client;
  #ttl;
  #remoteAddr;
  // Apart, so that a flood of wrong tokens does not drive out the right ones.
  #accepted;
  #others;
  #flights = new Map();
  #pausedUntil = 0;

  /**
   * client has the token of a principal of role runtime. remoteAddr finds the address of the caller, behind a proxy of
   * yours; left out, it is that of the connection.
   * @param {{client: Client, cacheSeconds?: number, cacheSize?: number,
   *   remoteAddr?: (request: import("node:http").IncomingMessage) => string}} options
   */
  constructor({ client, cacheSeconds = DEFAULT_CACHE_SECONDS, cacheSize = DEFAULT_CACHE_SIZE, remoteAddr = peerOf }) {
    this.#client = client;
    this.#ttl = cacheSeconds * 1000;
    this.#remoteAddr = remoteAddr;
    this.#accepted = new Cache(cacheSize);
    this.#others = new Cache(cacheSize);
  }

  /**
   * Returns what the platform says of a token that came from an address. An error means that nothing is known: the token
   * must not be accepted.
   * @param {Secret|string} token
   * @param {string} [remoteAddr]
   * @returns {Promise<Introspection>}
   */
  async introspect(token, remoteAddr = "") {
    const text = textOf(token);
    if (!isToken(text, SCOPED_TOKEN, ACCESS_TOKEN)) return { active: false }; // no platform made this one
    const key = digest(`${text}\0${remoteAddr}`).toString("base64");
    const now = this.#client.now();
    const known = this.#accepted.find(key, now) ?? this.#others.find(key, now);
    if (known?.limited) throw limitedFor((known.until - now) / 1000);
    if (known) return known.answer;
    if (now < this.#pausedUntil) {
      const retryAfter = (this.#pausedUntil - now) / 1000;
      throw new QuickconnectError("unavailable", "", "the platform could not be asked just now", { retryAfter });
    }
    let flight = this.#flights.get(key);
    if (!flight) {
      flight = this.#ask(key, text, remoteAddr, now).finally(() => this.#flights.delete(key));
      this.#flights.set(key, flight);
    }
    return flight;
  }

  async #ask(key, token, remoteAddr, began) {
    const until = began + this.#ttl;
    try {
      const answer = await this.#request(token, remoteAddr);
      if (answer.active) {
        const end = answer.exp ? answer.exp * 1000 : Infinity;
        this.#accepted.put(key, { answer, until: Math.min(until, end) }, began);
        return answer;
      }
      this.#others.put(key, { answer: { active: false }, until }, began);
      return { active: false };
    } catch (error) {
      const now = this.#client.now();
      if (error.code === "token_rate_limited") {
        const wait = Math.max(error.retryAfter, 1);
        this.#others.put(key, { limited: true, until: now + wait * 1000 }, began);
        throw limitedFor(wait);
      }
      // Any other refusal is about this request only.
      if (error.kind === "unavailable" || error.status === 401 || error.status === 403) {
        error.retryAfter = Math.max(error.retryAfter, OUTAGE_PAUSE);
        this.#pausedUntil = now + error.retryAfter * 1000;
      }
      throw error;
    }
  }

  async #request(token, remoteAddr) {
    const body = new URLSearchParams({ token, ...(remoteAddr ? { remote_addr: remoteAddr } : {}) });
    const by = (url, init) => this.#client.fetch(url, init);
    const answer = parse(await send(by, `${this.#client.endpoint}/v1/introspect`, { method: "POST", body }));
    if (typeof answer.active !== "boolean") throw unavailable("the platform's answer cannot be read");
    return answer;
  }

  /**
   * A middleware (request, response, next) that lets only requests through whose bearer token is accepted and has these
   * scopes. What is known of the token is in request.introspection.
   * @param {...string} scopes
   */
  require(...scopes) {
    return async (request, response, next) => {
      const [status, headers] = await this.#judge(request, scopes);
      if (status === 200) next();
      else response.writeHead(status, headers).end();
    };
  }

  async #judge(request, scopes) {
    const authorization = request.headersDistinct.authorization ?? [];
    const token = authorization.length === 1 && /^bearer ([^ ].*)$/i.exec(authorization[0])?.[1];
    if (!token) return [401, { "WWW-Authenticate": "Bearer" }];
    let found;
    try {
      found = await this.introspect(token, this.#remoteAddr(request));
    } catch (error) {
      const isLimited = error.code === "token_rate_limited";
      return [isLimited ? 429 : 503, { "Retry-After": String(Math.ceil(Math.max(error.retryAfter ?? 0, OUTAGE_PAUSE))) }];
    }
    if (!found.active) return [401, { "WWW-Authenticate": 'Bearer error="invalid_token"' }];
    if (!scopes.every((scope) => allows(found, scope))) {
      return [403, { "WWW-Authenticate": `Bearer error="insufficient_scope", scope="${scopes.join(" ")}"` }];
    }
    request.introspection = found;
    return [200, {}];
  }
}

const peerOf = (request) => (request.socket.remoteAddress ?? "").split("%")[0];

function limitedFor(retryAfter) {
  const message = "the token is used more often than its rate_limit_per_minute allows";
  return new QuickconnectError("unavailable", "token_rate_limited", message, { status: 429, retryAfter });
}

// Keeps a number of answers, the newest ones.
class Cache {
  #size;
  #entries = new Map(); // oldest first

  constructor(size) {
    this.#size = size;
  }

  find(key, now) {
    const found = this.#entries.get(key);
    return found && now < found.until ? found : undefined;
  }

  put(key, value, now) {
    this.#entries.delete(key);
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size < this.#size && now < until) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, value);
  }
}
