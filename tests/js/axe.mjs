// Checks pages for WCAG 2.2 A and AA, in light and dark, and for sideways scrolling at 320 px and with text at 200 %.
// node axe.mjs [--alone|--samples] PAGE…   where a PAGE is a URL or a file.
// With --alone nothing but the page's own host is reached, and the page has to do without.
// With --samples each PAGE is a folder of pages named LANGUAGE-NAME.html. They are many, so all are seen in one look, and
// another that no word can spoil is given to one language of each writing direction.
// Ends with 0 when every page is clean, with 1 when one is not, with 2 when nothing was checked.
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { launch, open, patience } from "./browser.mjs";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const all = [
  { colorScheme: "light", width: 320 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 320 },
];

const given = process.argv.slice(2);
const [alone, samples] = ["--alone", "--samples"].map((flag) => given[0] === flag);
const named = given.slice(alone || samples ? 1 : 0);
const files = samples ? named.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file))) : named;
const pages = files.map((page) => (/^https?:\/\//.test(page) ? page : pathToFileURL(resolve(page)).href));
const looks = samples ? [all[0], { ...all[1], only: /\/(en|ar)-[^/]*$/ }] : all;
if (pages.length === 0) {
  console.error("usage: node axe.mjs [--alone|--samples] PAGE…");
  process.exit(2);
}

async function faults(context, url) {
  const page = await context.newPage();
  try {
    const loud = [];
    // What the page's own policy refuses shows up here. A page may itself be a 404 or 410; what it loads may not.
    page.on("console", (message) => {
      const status = /the server responded with a status|ERR_NETWORK_CHANGED/.test(message.text());
      const refused = alone && new URL(message.location().url || url).host !== new URL(url).host;
      if (message.type() === "error" && !status && !refused) loud.push(`console: ${message.text()}`);
    });
    page.on("response", (part) => {
      if (part.status() >= 400 && !part.request().isNavigationRequest()) loud.push(`${part.status()} for ${part.url()}`);
    });
    if (alone) await page.route((to) => to.host !== new URL(url).host, (route) => route.abort());
    const response = await open(page, url, { waitUntil: alone ? "networkidle" : "load" });
    if (response && response.status() >= 500) loud.push(`status ${response.status()}`);
    // Evaluated from outside, so that the page's policy against scripts can stay on.
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: "tag", values } }), tags);
    if (passes.length === 0) loud.push("no rule applied: is this a page?");
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if ((await over()) > 0) loud.push(`scrolls sideways by ${await over()} px`);
    if (samples) {
      await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
      if ((await over()) > 0) loud.push(`with text at 200 % scrolls sideways by ${await over()} px`);
    }
    return [...loud, ...violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`)];
  } finally {
    await page.close();
  }
}

const browser = await launch();
let bad = 0;
try {
  for (const { colorScheme, width, only } of looks) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 720 } });
    context.setDefaultTimeout(patience);
    const waiting = pages.filter((url) => !only || only.test(url));
    const worker = async () => {
      for (let url = waiting.pop(); url; url = waiting.pop()) {
        for (const fault of await faults(context, url)) {
          bad += 1;
          console.log(`${url} [${colorScheme} ${width}] ${fault}`);
        }
      }
    };
    await Promise.all([worker(), worker()]);
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(`${pages.length} pages, ${looks.length} looks: ${bad} faults`);
process.exitCode = bad === 0 ? 0 : 1;
