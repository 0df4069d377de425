const style = {{style}}, scripts = {{scripts}}, page = id => document.getElementById(id);
const post = (body, headers) => fetch(location.pathname, { method: "POST", body: JSON.stringify(body), headers: { ...headers, "content-type": "application/json", accept: "application/json" } }).then(answer => answer.json());
const load = ([url, integrity]) => new Promise((done, failed) => {
  const sheet = url === style[0], tag = document.createElement(sheet ? "link" : "script");
  Object.assign(tag, { integrity, crossOrigin: "anonymous", onload: done, onerror: failed }, sheet ? { rel: "stylesheet", href: url } : { src: url });
  document.head.append(tag);
});
const late = new Promise((_, failed) => setTimeout(failed, 5000));
const all = [style, ...scripts].reduce((before, pin) => before.then(() => load(pin)), Promise.resolve());
Promise.race([all, late]).then(() => {
  const given = headers => Object.fromEntries(Object.entries(headers ?? {}).filter(([, value]) => !/^\s*bearer\s*$/i.test(value)));
  const fetcher = (params, options) => post(params, given(options?.headers));
  ReactDOM.createRoot(page("graphiql")).render(React.createElement(GraphiQL, { fetcher, defaultHeaders: '{\n  "Authorization": "Bearer "\n}' }));
  page("look").remove();
  document.body.style.margin = 0;
  Object.assign(page("graphiql"), { hidden: false }).style.height = "100dvh";
}).catch(own);
function own() {
  for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) sheet.remove();
  page("own").hidden = false;
  const ask = body => post(body, page("token").value ? { authorization: "Bearer " + page("token").value.trim() } : {});
  const run = async event => {
    event.preventDefault();
    try { page("result").textContent = JSON.stringify(await ask({ query: page("query").value, variables: JSON.parse(page("variables").value || "{}") }), null, 2); }
    catch (error) { page("result").textContent = String(error); }
  };
  page("form").onsubmit = run;
  page("form").onkeydown = event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(event); };
  page("token").onchange = () => list(ask);
  list(ask);
}
async function list(ask) {
  const type = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
  const kinds = ["query", "mutation", "subscription"], roots = kinds.map(kind => `${kind}: ${kind}Type { fields { name description args { name type { ${type} } } type { ${type} } } }`);
  const text = type => type.kind === "NON_NULL" ? text(type.ofType) + "!" : type.kind === "LIST" ? `[${text(type.ofType)}]` : type.name;
  const make = (tag, text, ...inside) => { const made = document.createElement(tag); made.append(text, ...inside); return made; };
  try {
    const { data, errors } = await ask({ query: `{ __schema { ${roots.join(" ")} } }` });
    if (!data?.__schema) throw errors?.[0]?.message ?? "The schema cannot be read.";
    page("schema").replaceChildren(...kinds.filter(kind => data.__schema[kind]).flatMap(kind => [make("h3", kind), make("ul", "", ...data.__schema[kind].fields.map(field => {
      const args = field.args.map(one => `${one.name}: ${text(one.type)}`).join(", ");
      return make("li", make("code", `${field.name}${args && `(${args})`}: ${text(field.type)}`), make("span", field.description ? " " + field.description : ""));
    }))]));
  } catch (error) { page("schema").replaceChildren(make("p", `${error.message ?? error} Give an access token that may read it.`)); }
}
