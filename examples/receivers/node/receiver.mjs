// Receives signed webhooks (Standard Webhooks 1.0.0) and verifies them with the npm package standardwebhooks. ../README.md
// lists its answers and their reasons.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const MAX_BODY = 1 << 20;
const MAX_SIGNATURES = 32; // limits the work that an unknown sender can cause
const MAX_SECRETS = 16; // two for each of 8 signing secrets, if all are in a rotation
const MAX_DEPTH = 256;
const TOLERANCE = 5 * 60;
// A timestamp may be 5 minutes ahead, and is valid for 5 minutes after itself. The rest is a margin.
const REMEMBER_FOR = 2 * TOLERANCE + 10;
const MIN_REMEMBERED = 10_000; // keep this many ids, however old
const MAX_REMEMBERED = 1_000_000; // with more ids, refuse new events: they could be handled twice

async function handle(event) {
  // Your work goes here. After an exception the platform delivers the event again.
}

// The answer to a delivery that is not handled. The reason is logged, so it contains no value of the request or the config.
class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function answer(request) {
  if (request.method !== "POST") throw new Refusal(405, "only POST is answered");
  const body = await readBody(request);
  const config = await readConfig();
  const { id, timestamp, text } = verify(config.webhooks, request, body);
  const event = parseEvent(text);

  // Somebody may replay a genuine delivery of another endpoint here, and this receiver may even know its secret.
  if (event.tenant !== config.tenant) throw new Refusal(403, "the delivery is for another tenant");
  if (event.environment !== config.environment) throw new Refusal(403, "the delivery is for another environment");
  if (event.endpoint_id !== config.endpoint_id) throw new Refusal(403, "the delivery is for another endpoint");

  // The platform asks whether this receiver accepts a new secret. The answer is all that it needs.
  if (event.type === "quickconnect.probe") return { status: 204, line: `probed ${word(id)}` };
  if (config.event_types !== null && !config.event_types.some((type) => covers(type, event.type))) {
    throw new Refusal(422, "events of this type are not taken here");
  }

  if (begin(id, timestamp)) return { status: 200, line: `repeated ${word(id)}` };
  try {
    await handle({ ...event, id });
  } catch {
    end(id, timestamp, false);
    throw new Refusal(500, "handling the event failed");
  }
  end(id, timestamp, true);
  return { status: 204, line: `accepted ${word(id)} ${word(event.type)}` };
}

// Returns whether an event type, or a family such as message.*, covers the type of an event.
const covers = (type, of) => type === of || (type.endsWith(".*") && of.startsWith(type.slice(0, -1)));

async function readBody(request) {
  const parts = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size <= MAX_BODY) parts.push(part); // read and drop the rest, so that the sender gets the answer
    }
  } catch {
    throw new Refusal(400, "the body did not arrive whole");
  }
  if (size > MAX_BODY) throw new Refusal(413, "the body is larger than 1 MiB");
  return Buffer.concat(parts);
}

// The signed bytes are id, timestamp and body, joined by dots; the body is unchanged. The header has one signature for each
// valid secret of the sender. One match is enough.
function verify(webhooks, request, body) {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const values = request.headersDistinct[name] ?? [];
    // Programs differ in which of two values they take.
    if (values.length > 1) throw new Refusal(400, `${name} is there more than once`);
    if (!values[0]) throw new Refusal(400, `${name} is missing`);
    return values[0];
  });
  // An id without a dot cannot move the borders between the signed parts. Visible characters cannot forge a log line.
  if (!/^[!-\-/-~]{1,256}$/.test(id)) throw new Refusal(400, "webhook-id is not 1 to 256 visible characters without a dot");
  if (!/^[1-9][0-9]{0,11}$/.test(timestamp)) throw new Refusal(400, "webhook-timestamp is not unix seconds");
  if (signature.split(" ").length > MAX_SIGNATURES) throw new Refusal(400, "webhook-signature has more than 32 signatures");
  if (Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > TOLERANCE) {
    throw new Refusal(401, "webhook-timestamp is more than 5 minutes away");
  }

  // The package signs text, so only a body that is valid text can be verified.
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new Refusal(400, "the body is not a JSON object");
  }
  // The package ignores what follows a second comma. A proxy that joins two headers writes one.
  const entries = signature.split(" ").filter((entry) => entry.split(",").length === 2);
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": entries.join(" ") };
  for (const webhook of webhooks) {
    try {
      webhook.verify(text, headers, { jsonParse: false });
      return { id, timestamp, text };
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
    }
  }
  throw new Refusal(401, "no signature matches");
}

function parseEvent(text) {
  if (depth(text) > MAX_DEPTH) throw new Refusal(400, "the body is nested more than 256 deep"); // parsers differ in how deep they go
  let event;
  try {
    event = JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is not a JSON object");
  }
  if (typeof event !== "object" || event === null || Array.isArray(event)) throw new Refusal(400, "the body is not a JSON object");
  for (const name of ["type", "timestamp", "tenant", "environment", "endpoint_id"]) {
    if (!isText(event[name])) throw new Refusal(400, `the body has no text ${name}`);
  }
  if (event.data === undefined) throw new Refusal(400, "the body has no data");
  return event;
}

// Returns how deep the arrays and objects of a JSON text are nested.
function depth(text) {
  let deepest = 0;
  let level = 0;
  let quoted = false;
  for (const [token] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (token === '"') quoted = !quoted;
    else if (quoted || token[0] === "\\") continue;
    else if (token === "[" || token === "{") deepest = Math.max(deepest, ++level);
    else level--;
  }
  return deepest;
}

// The ids are in memory only, so a restart forgets them. In a real service, store them in your database, in the transaction
// of the event's effect.
const handling = new Set();
const accepted = new Map(); // id → webhook-timestamp, and the time of the delivery or its last retry; oldest first

// Returns whether the event was accepted before. If it returns false, the caller must handle the event and call end. Only one
// request gets false.
function begin(id, timestamp) {
  // The platform signs every attempt again. So the same timestamp is a copy, and another one is a retry after a lost answer.
  const first = accepted.get(id);
  if (first?.timestamp === timestamp) throw new Refusal(409, "this delivery was accepted before");
  if (first) {
    first.at = performance.now(); // so that a copy of the retry is refused
    return true;
  }
  if (handling.has(id)) throw new Refusal(409, "this event is being handled"); // 200 would be wrong if the other request fails
  for (const [oldest, { at }] of accepted) {
    if (accepted.size <= MIN_REMEMBERED || performance.now() - at <= REMEMBER_FOR * 1000) break;
    accepted.delete(oldest);
  }
  if (accepted.size + handling.size >= MAX_REMEMBERED) throw new Refusal(503, "too many events to remember for now");
  handling.add(id);
  return false;
}

function end(id, timestamp, ok) {
  handling.delete(id);
  if (ok) accepted.set(id, { timestamp, at: performance.now() });
}

// Reads the file for every request, so that a rotation needs no restart. 503 makes the platform retry later.
async function readConfig() {
  let text;
  let config;
  try {
    text = await readFile(configPath, "utf8");
  } catch {
    throw new Refusal(503, "the config file cannot be read");
  }
  try {
    config = JSON.parse(text);
  } catch {
    config = null; // the error repeats a part of the file, so drop it
  }
  const { tenant, environment, endpoint_id, event_types, secrets } = config ?? {};
  if (![tenant, environment, endpoint_id].every(isText) || !isTypes(event_types) || !Array.isArray(secrets)) {
    throw new Refusal(503, "the config file is not JSON with tenant, environment, endpoint_id, event_types and secrets");
  }
  const given = secrets.filter((secret) => secret !== null); // null if there is no second one
  if (!given.every(isSecret)) throw new Refusal(503, "a secret in the config file has a wrong prefix or wrong base64");
  if (given.length < 1 || given.length > MAX_SECRETS) throw new Refusal(503, "the config file must have 1 to 16 secrets");
  return { tenant, environment, endpoint_id, event_types, webhooks: given.map((secret) => new Webhook(secret)) };
}

const isString = (value) => typeof value === "string";
const isText = (value) => isString(value) && value !== "";
const isTypes = (value) => value === null || (Array.isArray(value) && value.length > 0 && value.every(isText)); // null: every type

function isSecret(value) {
  if (!isString(value) || !value.startsWith("whsec_")) return false;
  const encoded = value.slice("whsec_".length);
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length >= 24 && bytes.length <= 64 && bytes.toString("base64") === encoded; // standard, padded, canonical
}

// Returns at most 100 visible characters of a text, so that it cannot forge a log line.
const word = (value) => value.replace(/[^!-~]/gu, "?").slice(0, 100);

const configPath = process.env.RECEIVER_CONFIG;
if (!configPath) {
  console.error("RECEIVER_CONFIG must be the path of the config file");
  process.exit(2);
}

const server = createServer({ maxHeaderSize: 64 * 1024 }, async (request, response) => {
  let result;
  try {
    result = await answer(request);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(500, "the receiver failed");
    result = { status: refusal.status, line: `refused ${refusal.status} ${refusal.message}` };
  }
  if (result.status === 405) response.setHeader("Allow", "POST");
  process.stdout.write(result.line + "\n");
  response.writeHead(result.status).end();
});

// Loopback only: put a proxy in front that terminates TLS.
server.listen(Number(process.env.PORT || 8080), "127.0.0.1", () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    // Finish running requests, but do not wait for a silent client.
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 10000).unref();
  });
}
