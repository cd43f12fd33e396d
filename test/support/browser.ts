import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's place; another one by the environment. */
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Whether there is a browser to test with. The checks install one. */
export const hasBrowser = existsSync(CHROMIUM);

/** A headless Chromium that calls nobody by itself. */
export async function openBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
