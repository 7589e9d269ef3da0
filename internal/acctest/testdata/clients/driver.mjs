// The driver of the client in Node: it does what each line of its standard input says, and answers with a line.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { format, inspect } from "node:util";
import * as quickconnect from "./quickconnect.mjs";

let clock = 0; // milliseconds
const now = () => clock;
const clients = {};
const sources = {};
const credentials = {};
let failures = 0;

function describe(error) {
  if (!(error instanceof quickconnect.QuickconnectError)) return { kind: "other", message: String(error) };
  const { kind, code, status, retryAfter, message } = error;
  return { kind, code, status, retry_after: retryAfter, message };
}

// Does something several times at once, and returns each different result and error once.
async function together(times, what) {
  const results = new Map();
  const errors = new Map();
  await Promise.all(Array.from({ length: times ?? 1 }, async () => {
    try {
      const out = await what();
      results.set(JSON.stringify(out), out);
    } catch (error) {
      errors.set(String(error), describe(error));
    }
  }));
  return { results: [...results.values()], errors: [...errors.values()] };
}

const commands = {
  open({ of, endpoint, source }) {
    const { kind, value, jitter = 0 } = source;
    if (kind === "static") sources[of] = quickconnect.staticToken(value);
    if (kind === "environment") sources[of] = quickconnect.environmentToken(value);
    if (kind === "file") sources[of] = quickconnect.fileToken(value);
    if (kind === "exchange") {
      sources[of] = quickconnect.exchange({
        endpoint: source.at, subjectVariable: source.subject_variable, subjectFile: source.subject_file, identity: source.identity,
        tenant: source.tenant, environment: source.environment, scope: source.scope, ttlSeconds: source.ttl, now,
        jitter: () => jitter, failed: () => failures++,
      });
    }
    clients[of] = new quickconnect.Client({ endpoint, tokens: sources[of], now });
  },
  token: ({ of, times }) => together(times, async () => (await sources[of].token()).expose()),
  request: ({ of, method, path, body, stream, times }) => together(times, async () => {
    const init = { method, headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    if (body) init.body = Buffer.from(body, "base64");
    if (stream) Object.assign(init, { body: new Blob([init.body]).stream(), duplex: "half" });
    const answer = await clients[of].fetch(path, init);
    await answer.text();
    return answer.status;
  }),
  async credentials({ of, connector, times }) {
    credentials[of + connector] ??= new quickconnect.Credentials(clients[of], connector, "driver");
    return together(times, async () => {
      const { version, values } = await credentials[of + connector].get();
      return { version, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.expose()])) };
    });
  },
  async refuse_credentials({ of, connector }) {
    credentials[of + connector].refused(await credentials[of + connector].get());
  },
  acknowledge: ({ of, id, version }) => clients[of].acknowledge(id, version),
  async serve({ of, scopes, cache_size }) {
    const guard = new quickconnect.Introspector({ client: clients[of], cacheSize: cache_size || undefined }).require(...(scopes ?? []));
    const server = createServer((request, response) => guard(request, response, () => {
      response.end(String(request.introspection.version));
    }));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${server.address().port}`;
  },
  failures: () => failures,
  check_token: ({ text, prefixes }) => quickconnect.checkToken(text, ...(prefixes ?? [])),
  allows: ({ has, wants }) => quickconnect.allows({ active: true, scope: has }, wants),
  sign: ({ secrets, id, timestamp, body }) => quickconnect.signWebhook(secrets ?? [], id, timestamp, Buffer.from(body, "base64")),
  verify({ secrets, headers, body, tolerance }) {
    const options = { now: clock, toleranceSeconds: tolerance };
    return quickconnect.verifyWebhook(secrets ?? [], headers, Buffer.from(body, "base64"), options).matched;
  },
  print({ text }) {
    const s = new quickconnect.Secret(text);
    return [
      String(s), `${s}`, s + "", s.toString(), JSON.stringify({ s, list: [s] }), inspect(s), inspect({ deep: { s } }, { showHidden: true }),
      inspect(s, { showHidden: true, depth: null }), inspect(s, { customInspect: false }), format("%s %o %O %j %d", s, s, s, s, s),
      JSON.stringify(Object.entries(s)), JSON.stringify(structuredClone(s)), JSON.stringify({ ...s }),
    ];
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command.now) clock = command.now * 1000;
  let answer;
  try {
    answer = { result: (await commands[command.do](command)) ?? null };
  } catch (error) {
    answer = { error: describe(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
process.exit(0);
