import { UserError } from '../errors.ts';

const SITE = /^(www\.)?speedgaming\.org$/i;
const SLUG = /^[\w.-]{1,60}$/;
const LANGUAGE = /^[a-z]{2}(-[a-z]{2})?$/i;
/** What follows the slug in addresses of an event's pages. */
const PAGES = ['submit', 'crew', 'schedule', 'standings', 'about', 'archive'];
/** The first part of addresses that are of no event. */
const NO_EVENT = ['commentator', 'tracker', 'broadcaster', 'helper', 'api', 'accounts', 'admin', 'login'];

/**
 * The slug of an event in what a person typed: the slug itself, or the address of any page of the event, with or without a
 * language in it. Whether there is such an event, and how its slug is capitalised, SpeedGaming says.
 *
 * @throws UserError when there is no slug in it
 */
export function parseSlug(typed: string): string {
  const text = typed.trim();
  if (SLUG.test(text) && !SITE.test(text)) return text;
  const slug = /^(https?:\/\/)?[\w.-]+\.[a-z]+(:\d+)?([/?#]|$)/i.test(text) ? slugOfAddress(text) : undefined;
  if (slug) return slug;
  throw new UserError(
    `"${text.slice(0, 100)}" names no event of SpeedGaming. Give its slug, such as alttpr, or the address of its page, such as https://speedgaming.org/alttpr/.`,
  );
}

function slugOfAddress(text: string): string | undefined {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || !SITE.test(url.hostname)) return undefined;
  const asked = url.searchParams.get('event') ?? url.searchParams.get('slug');
  if (asked !== null) return SLUG.test(asked) ? asked : undefined;
  const parts = url.pathname.split('/').filter(Boolean);
  const [first = '', second] = parts;
  const isLanguage = LANGUAGE.test(first) && second !== undefined && !PAGES.includes(second.toLowerCase());
  const slug = isLanguage ? second : first;
  return SLUG.test(slug) && !NO_EVENT.includes(slug.toLowerCase()) ? slug : undefined;
}
