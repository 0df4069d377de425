// A browser for the checks. Chromium: $CHROMIUM or /usr/bin/chromium.
import { chromium } from "playwright-core";

// A busy machine is slow, not wrong.
export const patience = 120_000;

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
    timeout: patience,
  });

// A page of its own context, which is given a look.
export async function pageOf(browser, look) {
  const context = await browser.newContext(look);
  context.setDefaultTimeout(patience);
  return context.newPage();
}

// Opens a URL. A network that changes under the browser says nothing about the page: asked again, three times in all.
export async function open(page, url, how) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await page.goto(url, how);
    } catch (error) {
      if (tries === 3 || !/net::ERR_(NETWORK_CHANGED|CONNECTION_RESET|SOCKET_NOT_CONNECTED)/.test(error.message)) throw error;
    }
  }
}
