// Hears one event of a subscription by the public client and prints it.
// Usage: node live.mjs URL BEARER_TOKEN SUBSCRIPTION
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, token, query] = process.argv.slice(2);
const client = createClient({
  url: `${url.replace(/^http/, "ws")}/graphql/ws`,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
});
for await (const event of client.iterate({ query })) {
  console.log(JSON.stringify(event));
  break;
}
await client.dispose();
