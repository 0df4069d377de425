// Answers a survey link as a customer does, with scripts switched off.
// node answer.mjs LINK SCORE COMMENT WIDTH [FOLDER]   pictures go to the folder. Chromium: $CHROMIUM or /usr/bin/chromium.
import { chromium } from "playwright-core";

const [link, score, comment, width, folder] = process.argv.slice(2);
if (!width) {
  console.error("usage: node answer.mjs LINK SCORE COMMENT WIDTH [FOLDER]");
  process.exit(2);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: Number(width), height: 720 } });
  const page = await context.newPage();
  const picture = async (name) => folder && page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true });
  await page.goto(link);
  await picture("question");
  // The label is what a finger hits; the input itself may be hidden from sight.
  await page.locator(`label:has(input[name=score][value="${score}"])`).click();
  await page.locator("textarea[name=comment]").fill(comment);
  await picture("chosen");
  const [answer] = await Promise.all([page.waitForNavigation(), page.locator("button[type=submit]").click()]);
  if (answer.status() !== 200) throw new Error(`the form was answered with ${answer.status()}`);
  await picture("thanks");
  const text = await page.locator("main").innerText();
  if (!text.includes(score)) throw new Error(`the score is not shown: ${text}`);
  if (text.includes(comment)) throw new Error(`the comment is shown: ${text}`);
  console.log(text);
} finally {
  await browser.close();
}
