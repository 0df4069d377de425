// Runs the audits of graphql-http against a running server.
// Usage: node graphql-http-audit.mjs URL [BEARER_TOKEN]
// Prints a line per failing audit; exits with 1 when a MUST or a SHOULD fails. A MAY may fail:
// three of them ask for queries by GET, which this server refuses on purpose.
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
if (!url) {
  console.error("usage: node graphql-http-audit.mjs URL [BEARER_TOKEN]");
  process.exit(2);
}

const fetchFn = (target, options = {}) => {
  const headers = new Headers(options.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  return fetch(target, { ...options, headers });
};

const counts = { MUST: [0, 0], SHOULD: [0, 0], MAY: [0, 0] };
for (const audit of serverAudits({ url, fetchFn })) {
  const level = audit.name.split(" ")[0];
  const result = await audit.fn().catch((error) => ({ status: "fatal", reason: error }));
  const passed = result.status === "ok";
  counts[level][passed ? 0 : 1] += 1;
  if (!passed) console.log(`${audit.id} ${audit.name}: ${result.reason}`);
}

for (const [level, [passed, failed]] of Object.entries(counts)) {
  console.log(`${level}: ${passed}/${passed + failed}`);
}
const sum = (at) => Object.values(counts).reduce((total, count) => total + count[at], 0);
console.log(`${sum(0)} passed, ${sum(1)} failed`);
process.exitCode = counts.MUST[1] + counts.SHOULD[1] > 0 ? 1 : 0;
