import { UserError } from '../../errors.ts';

const SITE = /^(www\.)?start\.gg$/i;
const SLUG = /^[\w-]{1,120}$/;

/**
 * The slug of a tournament in what a person typed: the slug itself, with or without `tournament/` before it, or the address
 * of any page of the tournament. Whether there is such a tournament, start.gg says.
 *
 * @throws UserError when there is no slug in it
 */
export function parseTournamentSlug(typed: string): string {
  const text = typed.trim();
  const slug = text.replace(/^\/?tournament\//i, '').replace(/\/.*$/, '');
  const found = /^(https?:\/\/)?[\w.-]+\.[a-z]+([/?#]|$)/i.test(text) ? slugOfAddress(text) : slug;
  if (found && SLUG.test(found)) return found.toLowerCase();
  throw new UserError(
    `"${text.slice(0, 100)}" names no tournament of start.gg. Give its slug, such as evo-2026, or the address of its page, such as https://www.start.gg/tournament/evo-2026.`,
  );
}

function slugOfAddress(text: string): string | undefined {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || !SITE.test(url.hostname)) return undefined;
  const [page, slug] = url.pathname.split('/').filter(Boolean);
  return page?.toLowerCase() === 'tournament' ? slug : undefined;
}
