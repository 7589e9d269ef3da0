// A receiver of signed webhooks (Standard Webhooks 1.0.0), verified by the npm package standardwebhooks. ../README.md says what it
// answers and why.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

const MAX_BODY = 1 << 20;
const MAX_SIGNATURES = 32; // work for strangers must have an end
const MAX_SECRETS = 16; // two for each of 8 signing secrets, if all are in a rotation
const TOLERANCE = 5 * 60;
const REMEMBER_FOR = 2 * TOLERANCE + 10; // a timestamp may be 5 minutes ahead, and is good for 5 minutes after itself; the rest is to spare
const MIN_REMEMBERED = 10_000; // so many ids are kept, however old
const MAX_REMEMBERED = 1_000_000; // beyond that no new event is taken: it could come twice

async function handle(event) {
  // Your work goes here. Throwing makes the platform deliver the event again.
}

// An answer that makes nothing of the delivery. The reason is logged: no value of the request or the config is in it.
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

  // A genuine delivery of another place may be replayed here, and this receiver may even know that place's secret.
  if (event.tenant !== config.tenant) throw new Refusal(403, "the delivery is for another tenant");
  if (event.environment !== config.environment) throw new Refusal(403, "the delivery is for another environment");
  if (event.endpoint_id !== config.endpoint_id) throw new Refusal(403, "the delivery is for another endpoint");

  // The platform asks whether a new secret is accepted here. It is, and that is all there is to do.
  if (event.type === "quickconnect.probe") return { status: 204, line: `probed ${word(id)}` };
  if (config.event_types !== null && !config.event_types.includes(event.type)) {
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

async function readBody(request) {
  const parts = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size <= MAX_BODY) parts.push(part); // the rest is read and dropped, so that the sender gets to the answer
    }
  } catch {
    throw new Refusal(400, "the body did not arrive whole");
  }
  if (size > MAX_BODY) throw new Refusal(413, "the body is larger than 1 MiB");
  return Buffer.concat(parts);
}

// The signed bytes are id, timestamp and body, joined by dots, the body exactly as it came. The header has one signature for each
// secret that is valid at the sender; one that matches is enough.
function verify(webhooks, request, body) {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const values = request.headersDistinct[name] ?? [];
    // Which of two values a program takes depends on the program.
    if (values.length > 1) throw new Refusal(400, `${name} is there more than once`);
    if (!values[0]) throw new Refusal(400, `${name} is missing`);
    return values[0];
  });
  // Without a dot, nobody can move the borders between the signed parts. Visible characters cannot forge a line of the log.
  if (!/^[!-\-/-~]{1,256}$/.test(id)) throw new Refusal(400, "webhook-id is not 1 to 256 visible characters without a dot");
  if (!/^[1-9][0-9]{0,11}$/.test(timestamp)) throw new Refusal(400, "webhook-timestamp is not unix seconds");
  if (signature.split(" ").length > MAX_SIGNATURES) throw new Refusal(400, "webhook-signature has more than 32 signatures");
  if (Math.abs(Math.floor(Date.now() / 1000) - Number(timestamp)) > TOLERANCE) {
    throw new Refusal(401, "webhook-timestamp is more than 5 minutes away");
  }

  // The package signs text, so only bytes that survive as text can be verified.
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new Refusal(400, "the body is not a JSON object");
  }
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
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

// In memory, so a restart forgets. A real service keeps the ids in its database, written in the transaction of their effect.
const handling = new Set();
const accepted = new Map(); // id → webhook-timestamp, and when that or the last retry came; oldest first

// Tells whether the event was accepted before. Unless it throws, exactly one request handles the event: the one that gets false.
function begin(id, timestamp) {
  // The platform signs every attempt anew: the same timestamp is a copy, another one is its own retry because the answer got lost.
  const first = accepted.get(id);
  if (first?.timestamp === timestamp) throw new Refusal(409, "this delivery was accepted before");
  if (first) {
    first.at = performance.now(); // a copy of the retry must find it, too
    return true;
  }
  if (handling.has(id)) throw new Refusal(409, "this event is being handled"); // 200 would be a lie if the other one fails
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

// Read anew for every request, so that a rotation needs no restart. 503 makes the platform try again later.
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
    config = null; // the error repeats a piece of the file, so it is dropped
  }
  const { tenant, environment, endpoint_id, event_types, secrets } = config ?? {};
  if (![tenant, environment, endpoint_id].every(isText) || !isTypes(event_types) || !Array.isArray(secrets)) {
    throw new Refusal(503, "the config file is not JSON with tenant, environment, endpoint_id, event_types and secrets");
  }
  const given = secrets.filter((secret) => secret !== null); // null where Terraform has no second one
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

// One word of at most 100 visible characters, so that it cannot forge a line of the log.
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

// On the loopback address only: a proxy that terminates TLS stands in front.
server.listen(Number(process.env.PORT || 8080), "127.0.0.1", () => {
  process.stdout.write(`listening on http://127.0.0.1:${server.address().port}\n`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    // What has begun is finished, but nobody who falls silent keeps this from ending.
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 10000).unref();
  });
}
