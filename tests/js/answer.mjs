// Answers survey links as customers do, with scripts switched off.
// node answer.mjs COMMENT WIDTH LINK SCORE [LINK SCORE …]   Pictures go to $PICTURES.
import { launch, open, pageOf } from "./browser.mjs";

const [comment, width, ...answers] = process.argv.slice(2);
if (answers.length < 2) {
  console.error("usage: node answer.mjs COMMENT WIDTH LINK SCORE [LINK SCORE …]");
  process.exit(2);
}

const browser = await launch();

async function answer(link, score) {
  const page = await pageOf(browser, { javaScriptEnabled: false, viewport: { width: Number(width), height: 720 } });
  const folder = process.env.PICTURES;
  const picture = async (name) => folder && page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  await open(page, link);
  await picture("question");
  // The label is what a finger hits; the input itself may be hidden from sight.
  await page.locator(`label:has(input[name=score][value="${score}"])`).click();
  await page.locator("textarea[name=comment]").fill(comment);
  await picture("chosen");
  const [reply] = await Promise.all([page.waitForNavigation(), page.locator("button[type=submit]").click()]);
  if (reply.status() !== 200) throw new Error(`the form was answered with ${reply.status()}`);
  await picture("thanks");
  const text = await page.locator("main").innerText();
  if (!text.includes(score)) throw new Error(`the score is not shown: ${text}`);
  if (text.includes(comment)) throw new Error(`the comment is shown: ${text}`);
  console.log(text);
  await page.context().close();
}

try {
  for (let at = 0; at + 1 < answers.length; at += 2) await answer(answers[at], answers[at + 1]);
} finally {
  await browser.close();
}
