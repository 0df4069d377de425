// A small program on a client generated from openapi/openapi.json: the whole loop, typed throughout.
// node client.js begin URL KEY SURVEY     writes, logs and sends; prints what became of it
// node client.js answer URL TOKEN         reads the survey behind a link, answers, is refused a second answer, amends
// node client.js end URL KEY ACCOUNT      reads the answers and every account, page by page
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exitCode: number };

type Schemas = components["schemas"];
type Steward = Client<paths>;

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function words(problem: Schemas["ProblemBody"] | undefined): string {
  return problem ? `${problem.status} ${problem.code}: ${problem.detail}` : "no problem was told";
}

async function signedIn(baseUrl: string, key: string): Promise<Steward> {
  const nobody = createClient<paths>({ baseUrl });
  const keys = await nobody.GET("/.well-known/jwks.json");
  expect(keys.data?.keys[0]?.alg === "EdDSA", "the key set names the algorithm");
  const wrong = await nobody.POST("/api/v1/auth/token", { body: { grant: "api_key", key: "stw_wrong" } });
  expect(wrong.error?.code === "UNAUTHENTICATED", `a wrong key: ${words(wrong.error)}`);
  const { data, error } = await nobody.POST("/api/v1/auth/token", { body: { grant: "api_key", key } });
  expect(data !== undefined, words(error));
  expect(data.tokenType === "Bearer" && data.expiresIn > 0, "a token says what it is");
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${data.accessToken}` } });
}

async function write(api: Steward): Promise<{ account: string; contact: string }> {
  const account: Schemas["UpsertAccount"] = { name: "Initech", tier: "KEY", domain: "initech.example", team: ["Sales"] };
  const putAccount = (ref: string, body: Schemas["UpsertAccount"], version?: string) =>
    api.PUT("/api/v1/accounts/{ref}", {
      params: { path: { ref }, header: version === undefined ? {} : { "If-Match": version } },
      body,
    });
  const made = await putAccount("ts-1", account);
  expect(made.response.status === 201 && made.data?.version === 1, words(made.error));
  const again = await putAccount("ts-1", account, made.response.headers.get("etag") ?? "");
  expect(again.response.status === 200 && again.data?.version === 1, "writing the same again changes nothing");
  const stale = await putAccount("ts-1", { name: "Initrode" }, '"9"');
  expect(stale.error?.code === "STALE", `a change of another version: ${words(stale.error)}`);
  const contact: Schemas["UpsertContact"] = { account: "ts-1", name: "Milton", email: "milton@initech.example", roles: ["CHAMPION"] };
  const putContact = (ref: string, body: Schemas["UpsertContact"]) =>
    api.PUT("/api/v1/contacts/{ref}", { params: { path: { ref } }, body });
  const person = await putContact("ts-m", contact);
  expect(person.data !== undefined, words(person.error));
  const same = await putContact("ts-m", contact);
  expect(same.response.status === 200 && same.data?.version === person.data.version, "nor does it for contacts");
  const refused = await putContact("ts-n", { account: "ts-1", name: "X", email: "none" });
  expect(refused.error?.errors?.[0]?.pointer === "/email", `no mail address: ${words(refused.error)}`);
  return { account: made.data.id, contact: person.data.id };
}

async function log(api: Steward): Promise<void> {
  const interactions: Schemas["LogInteraction"][] = [1, 2, 3].map((n) => ({
    externalId: `ts-${n}`,
    type: "CALL",
    subject: `Call ${n}`,
    account: "ts-1",
  }));
  interactions.push({ externalId: "ts-x", type: "NOTE", subject: "Lost", account: "nowhere" });
  const post = () =>
    api.POST("/api/v1/interactions", { params: { header: { "Idempotency-Key": "ts-batch" } }, body: { interactions } });
  const { data, error } = await post();
  expect(data !== undefined, words(error));
  const became = data.results.map((one) => one.status).join();
  expect(became === "CREATED,CREATED,CREATED,REFUSED", `each entry is judged alone: ${became}`);
  expect(data.results[3]?.errors[0]?.pointer.startsWith("/interactions/3") === true, "a bad entry is named");
  expect(JSON.stringify((await post()).data) === JSON.stringify(data), "the same request is answered alike");
}

async function begin(api: Steward, survey: string): Promise<unknown> {
  const { account, contact } = await write(api);
  await log(api);
  const surveys = await api.GET("/api/v1/surveys");
  expect(surveys.data?.data.some((one) => one.id === survey) === true, words(surveys.error));
  const found = await api.GET("/api/v1/contacts", { params: { query: { reference_in: ["ts-m", "none"] } } });
  expect(found.data?.data.map((one) => one.id).join() === contact, words(found.error));
  const call = { params: { path: { id: survey } }, body: { contactIds: [contact] } };
  const { data, error } = await api.POST("/api/v1/surveys/{id}/send", call);
  expect(data !== undefined, words(error));
  return { queued: data.queued, account };
}

async function answer(api: Steward, token: string): Promise<unknown> {
  const path = { token };
  const read = await api.GET("/api/v1/invitations/{token}", { params: { path, query: { language: "de" } } });
  expect(read.data !== undefined, words(read.error));
  const { min, max, kind, language, response } = read.data;
  expect(kind === "NPS" && language === "de" && min === 0 && max === 10 && response === null, "an unanswered NPS question");
  const put = (score: number, version?: string) =>
    api.PUT("/api/v1/invitations/{token}/response", {
      params: { path, header: version === undefined ? {} : { "If-Match": version } },
      body: { score, comment: "Fine", complete: true },
    });
  const tooHigh = await put(max + 1);
  expect(tooHigh.error?.code === "INVALID" && tooHigh.error.errors?.[0]?.pointer === "/score", `a score off the scale: ${words(tooHigh.error)}`);
  const first = await put(max);
  expect(first.response.status === 201 && first.data?.score === max, words(first.error));
  const second = await put(max);
  expect(second.error?.code === "ALREADY_ANSWERED", `a second answer: ${words(second.error)}`);
  const version = first.response.headers.get("etag");
  expect(version !== null, "an answer tells its version");
  const amended = await put(max - 1, version);
  expect(amended.response.status === 200 && typeof amended.data?.amendedAt === "string", words(amended.error));
  const stale = await put(min, version);
  expect(stale.error?.code === "STALE", `a change of an old version: ${words(stale.error)}`);
  return { score: amended.data.score, version: amended.data.version };
}

async function everyAccount(api: Steward): Promise<Schemas["Account"][]> {
  const all: Schemas["Account"][] = [];
  let after: string | null = null;
  do {
    const query = { first: 100, sort: "-name" as const, ...(after === null ? {} : { after }) };
    const page: { data?: Schemas["AccountPage"]; error?: Schemas["ProblemBody"] } = await api.GET("/api/v1/accounts", { params: { query } });
    expect(page.data !== undefined, words(page.error));
    all.push(...page.data.data);
    after = page.data.next;
  } while (after !== null);
  return all;
}

async function end(api: Steward, account_id: string): Promise<unknown> {
  const query = { account_id, score_gte: 9, category: "PROMOTER" as const };
  const responses = await api.GET("/api/v1/responses", { params: { query } });
  expect(responses.data?.data.length === 1, words(responses.error));
  const [given] = responses.data.data;
  expect(given?.comment === "Fine" && given.creditedTo === null, "the answer, credited to nobody");
  const all = await everyAccount(api);
  const counted = await api.GET("/api/v1/accounts", { params: { query: { first: 1, count: true } } });
  expect(new Set(all.map((one) => one.id)).size === counted.data?.total, "every account once");
  const wrong = await api.GET("/api/v1/accounts", { params: { query: { after: "nonsense" } } });
  expect(wrong.error?.errors?.[0]?.pointer === "/after", `a cursor of nowhere: ${words(wrong.error)}`);
  const exported = await api.GET("/api/v1/exports/accounts.jsonl", { parseAs: "text" });
  expect(exported.data?.trimEnd().split("\n").length === all.length, "the export has as many lines");
  return { score: given.score, accounts: all.length };
}

async function main([verb, url = "", ...rest]: string[]): Promise<unknown> {
  const [first = "", second = ""] = rest;
  if (verb === "begin") return begin(await signedIn(url, first), second);
  if (verb === "end") return end(await signedIn(url, first), second);
  expect(verb === "answer", "usage: client.js begin|answer|end URL …");
  return answer(createClient<paths>({ baseUrl: url }), first);
}

main(process.argv.slice(2)).then(
  (result) => console.log(JSON.stringify(result)),
  (error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  },
);
