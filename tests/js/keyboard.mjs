// Answers a survey link with the keyboard alone, without script, in forced colours, on a narrow screen; then looks at a
// page that refuses an answer.
// node keyboard.mjs LINK SCORE COMMENT REFUSED   REFUSED is a file.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch, open, pageOf } from "./browser.mjs";

const [link, score, comment, refused] = process.argv.slice(2);
if (!refused) {
  console.error("usage: node keyboard.mjs LINK SCORE COMMENT REFUSED");
  process.exit(2);
}

// What a screen reader is told, by the browser itself.
async function told(page, role) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const property = (node, name) => node.properties?.find((one) => one.name === name)?.value.value;
  return nodes
    .filter((node) => !node.ignored && node.role?.value === role)
    .map((node) => ({ name: node.name?.value, description: node.description?.value, invalid: property(node, "invalid") }));
}

const focused = (page, what) => page.evaluate((css) => document.activeElement?.matches(css) ?? false, what);

async function tabTo(page, what) {
  for (let presses = 0; presses < 12; presses += 1) {
    if (await focused(page, what)) {
      const outline = await page.evaluate(() => {
        const at = document.activeElement;
        const seen = at.type === "radio" ? at.nextElementSibling : at;
        return getComputedStyle(seen).outlineStyle;
      });
      assert.notEqual(outline, "none", `the focus cannot be seen on ${what}`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  assert.fail(`the tab key does not reach ${what}`);
}

const browser = await launch();
try {
  const look = { javaScriptEnabled: false, forcedColors: "active", viewport: { width: 320, height: 640 } };
  const page = await pageOf(browser, look);
  await open(page, link);
  const label = () => page.locator("label[for=comment]").innerText();
  const asked = async () => (await told(page, "textbox"))[0].name;
  const before = await label();
  assert.equal(await asked(), before, "the comment is called what can be read");

  const [group] = await told(page, "radiogroup");
  assert.equal(group.name, (await page.locator("h1").innerText()).replaceAll("\n", " "), "the scores are called by the question");
  await tabTo(page, "input[name=score]");
  await page.keyboard.press("Space");
  for (let steps = Number(score); steps > 0; steps -= 1) await page.keyboard.press("ArrowDown");
  const chosen = page.locator("input[name=score]:checked");
  assert.equal(await chosen.getAttribute("value"), score);
  const [on, off] = await page.evaluate(() => {
    const back = (css) => getComputedStyle(document.querySelector(css)).backgroundColor;
    return [back("input:checked + span"), back("input:not(:checked) + span")];
  });
  assert.notEqual(on, off, "the choice can be seen in forced colours");

  assert.notEqual(await label(), before, "the words for the comment fit the score");
  assert.equal(await asked(), await label(), "and are what is read out");
  await tabTo(page, "textarea");
  await page.keyboard.type(comment);
  await tabTo(page, "button");
  const [answer] = await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(answer.status(), 200);
  assert.ok((await page.locator("main").innerText()).includes(score), "the score is shown");

  await open(page, pathToFileURL(resolve(refused)).href);
  assert.ok(await focused(page, ".summary"), "what is wrong has the focus");
  for (const href of await page.locator(".summary a").evaluateAll((links) => links.map((one) => one.getAttribute("href")))) {
    await page.locator(`.summary a[href="${href}"]`).press("Enter");
    assert.ok(await focused(page, href), `${href} leads to its field`);
  }
  for (const one of [...(await told(page, "radiogroup")), ...(await told(page, "textbox"))]) {
    if (one.invalid === "true") assert.ok(one.description, `${one.name} says what is wrong`);
  }
  assert.ok((await told(page, "radiogroup")).some((one) => one.invalid === "true"), "a group is called wrong");
} finally {
  await browser.close();
}
