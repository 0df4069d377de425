// Checks pages for WCAG 2.2 A and AA, in light and dark, and for sideways scrolling at 320 px.
// node axe.mjs [--alone] PAGE…   where a PAGE is a URL or a file. Chromium: $CHROMIUM or /usr/bin/chromium.
// With --alone nothing but the page's own host is reached, and the page has to do without.
// Ends with 0 when every page is clean, with 1 when one is not, with 2 when nothing was checked.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 320 },
  { colorScheme: "dark", width: 320 },
];

const given = process.argv.slice(2);
const alone = given[0] === "--alone";
const pages = given.slice(alone ? 1 : 0).map((page) => (/^https?:\/\//.test(page) ? page : pathToFileURL(resolve(page)).href));
if (pages.length === 0) {
  console.error("usage: node axe.mjs [--alone] PAGE…");
  process.exit(2);
}

async function faults(browser, url, { colorScheme, width }) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 720 } });
  try {
    const page = await context.newPage();
    const loud = [];
    // What the page's own policy refuses shows up here. A page may itself be a 404 or 410; what it loads may not.
    page.on("console", (message) => {
      const status = /the server responded with a status/.test(message.text());
      const refused = alone && new URL(message.location().url || url).host !== new URL(url).host;
      if (message.type() === "error" && !status && !refused) loud.push(`console: ${message.text()}`);
    });
    page.on("response", (part) => {
      if (part.status() >= 400 && !part.request().isNavigationRequest()) loud.push(`${part.status()} for ${part.url()}`);
    });
    if (alone) await page.route((to) => to.host !== new URL(url).host, (route) => route.abort());
    const response = await page.goto(url, { waitUntil: alone ? "networkidle" : "load" });
    if (response && response.status() >= 500) loud.push(`status ${response.status()}`);
    // Evaluated from outside, so that the page's policy against scripts can stay on.
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: "tag", values } }), tags);
    if (passes.length === 0) loud.push("no rule applied: is this a page?");
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) loud.push(`scrolls sideways by ${over} px`);
    return [...loud, ...violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`)];
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
let bad = 0;
try {
  for (const url of pages) {
    for (const look of looks) {
      for (const fault of await faults(browser, url, look)) {
        bad += 1;
        console.log(`${url} [${look.colorScheme} ${look.width}] ${fault}`);
      }
    }
  }
} finally {
  await browser.close();
}
console.log(`${pages.length} pages, ${looks.length} looks each: ${bad} faults`);
process.exitCode = bad === 0 ? 0 : 1;
