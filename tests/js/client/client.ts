// A small program on a client generated from openapi/openapi.json: the loop of one answer, typed throughout.
// node client.js send URL EMAIL PASSWORD SURVEY CONTACT   signs in and sends; prints what became of it
// node client.js answer URL TOKEN                         reads, answers, is refused a second answer, amends
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exitCode: number };

type Problem = components["schemas"]["ProblemBody"];
type Answered = components["schemas"]["Answered"];
type Sent = components["schemas"]["Sent"];
type Steward = Client<paths>;

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function words(problem: Problem | undefined): string {
  return problem ? `${problem.status} ${problem.code}: ${problem.detail}` : "no problem was told";
}

async function signIn(api: Steward, email: string, password: string): Promise<string> {
  const wrong = await api.POST("/api/v1/auth/token", { body: { grant: "password", email, password: `not ${password}` } });
  expect(wrong.error?.code === "UNAUTHENTICATED", `a wrong password: ${words(wrong.error)}`);
  const { data, error } = await api.POST("/api/v1/auth/token", { body: { grant: "password", email, password } });
  expect(data !== undefined, words(error));
  expect(data.tokenType === "Bearer" && data.expiresIn > 0, "a token says what it is");
  return data.accessToken;
}

async function checkKeys(api: Steward): Promise<void> {
  const { data } = await api.GET("/.well-known/jwks.json");
  expect(data?.keys[0]?.alg === "EdDSA", "the key set names the algorithm");
}

async function send(api: Steward, token: string, survey: string, contact: string): Promise<Sent> {
  const call = { params: { path: { id: survey } }, body: { contactIds: [contact] } };
  const unsigned = await api.POST("/api/v1/surveys/{id}/send", call);
  expect(unsigned.response.status === 401, "nobody sends without signing in");
  const { data, error } = await api.POST("/api/v1/surveys/{id}/send", { ...call, headers: { authorization: `Bearer ${token}` } });
  expect(data !== undefined, words(error));
  return data;
}

async function answer(api: Steward, token: string): Promise<Answered> {
  const path = { token };
  const read = await api.GET("/api/v1/invitations/{token}", { params: { path } });
  expect(read.data !== undefined, words(read.error));
  const { min, max, kind, response } = read.data;
  expect(kind === "NPS" && min === 0 && max === 10 && response === null, "an unanswered NPS question");
  const put = (score: number, version?: string) =>
    api.PUT("/api/v1/invitations/{token}/response", {
      params: { path, header: version === undefined ? {} : { "If-Match": version } },
      body: { score, comment: "Quick and friendly.", complete: true },
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
  return amended.data;
}

async function main([verb, url = "", ...rest]: string[]): Promise<unknown> {
  const api = createClient<paths>({ baseUrl: url });
  if (verb === "send") {
    const [email = "", password = "", survey = "", contact = ""] = rest;
    await checkKeys(api);
    return send(api, await signIn(api, email, password), survey, contact);
  }
  expect(verb === "answer", "usage: client.js send|answer URL …");
  return answer(api, rest[0] ?? "");
}

main(process.argv.slice(2)).then(
  (result) => console.log(JSON.stringify(result)),
  (error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  },
);
