import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

/** Debian's place; another one by the environment. */
export const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 60_000;

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

/** A person's hands on the sandbox's page: found is what is found by its name, as assistive technology finds it. */
export class Hands {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** The message that a person would mean by some words: the newest. */
  message(...words: (string | RegExp)[]): Locator {
    return this.messages(...words).last();
  }

  messages(...words: (string | RegExp)[]): Locator {
    const all = this.page.getByRole('log').getByRole('article');
    return words.reduce((some, hasText) => some.filter({ hasText }), all);
  }

  /** Becomes one of the people. */
  async be(name: string): Promise<void> {
    const person = this.page.getByRole('region', { name: 'People' }).getByRole('button', { name });
    await person.click();
    await has(person, 'aria-pressed', 'true');
  }

  /** Goes to a channel, the events of a server or the direct messages. */
  async go(name: string): Promise<void> {
    // On a phone the places go out of the way once one was chosen.
    const hidden = { includeHidden: true };
    const places = this.page.getByRole('navigation', { name: 'Places', ...hidden });
    const place = places.getByRole('button', { name, ...hidden });
    await place.click();
    await has(place, 'aria-current', 'page');
  }

  /** Types a command up to its options. */
  async begin(name: string): Promise<Locator> {
    await this.page.getByRole('textbox', { name: /^Message / }).fill(`${name} `);
    return this.page.getByRole('form', { name });
  }

  /** Types a command, fills its options and sends it. */
  async command(name: string, options: Record<string, string> = {}): Promise<void> {
    const form = await this.begin(name);
    for (const [option, value] of Object.entries(options))
      await form.getByLabel(option, { exact: true }).fill(value);
    await form.getByRole('button', { name: `Send ${name}` }).click();
    await form.waitFor({ state: 'detached' });
  }

  /** A section of the world's panel, opened. */
  async section(name: string): Promise<Locator> {
    const section = this.page.locator('details', { has: this.page.locator('summary', { hasText: name }) });
    if ((await section.getAttribute('open')) === null) await section.locator('summary').click();
    return section;
  }
}

/** Waits until an element has an attribute of this value. */
async function has(element: Locator, name: string, value: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while ((await element.getAttribute(name)) !== value) {
    if (Date.now() > deadline) throw new Error(`${element} did not come to have ${name}="${value}"`);
    await delay(LOOK_EVERY_MS);
  }
}
