import { UserError } from '../errors.ts';
import { shorten, storable } from '../text.ts';
import { type RacetimeClient, RefusedError } from './client.ts';

/** Goals that an error message names. */
const NAMED = 15;

/** Takes `category/goal` apart; goals may have slashes of their own. */
export function readSetting(setting: string): { category: string; goal: string } {
  const [category = '', ...goal] = setting.split('/');
  return { category: category.trim().toLowerCase(), goal: goal.join('/').trim() };
}

/** Whether two names of goals mean the same. */
export function isSameGoal(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/**
 * Checks what a person sets as race rooms with racetime.gg. Whether the category lets this bot open rooms cannot be seen
 * before the first one is opened.
 *
 * @param client undefined where there are no credentials for racetime.gg
 * @param typed `off`, or `category/goal` in whichever case
 * @returns the setting with the goal as racetime.gg writes it; null for `off`
 * @throws UserError when it is none of these; RetryLaterError when racetime.gg gives no usable answer
 */
export async function checkRaceRooms(
  client: Pick<RacetimeClient, 'category'> | undefined,
  typed: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const text = storable(typed).trim();
  if (text.toLowerCase() === 'off') return null;
  if (!client)
    throw new UserError(
      'Race rooms are not available: whoever runs Herald has to set RACETIME_CLIENT_ID and RACETIME_CLIENT_SECRET.',
    );
  const { category, goal } = readSetting(text);
  if (!/^[\w-]+$/.test(category) || !goal)
    throw new UserError(
      'Race rooms are "off", or a category and a goal of racetime.gg with a slash between them, such as smw/Any%.',
    );
  const { goals } = await categoryNamed(client, category, signal);
  const known = goals.find((name) => isSameGoal(name, goal));
  if (known) return `${category}/${known}`;
  const named = goals.slice(0, NAMED).map((name) => `"${shorten(name, 80)}"`);
  const more = goals.length > NAMED ? ` and ${goals.length - NAMED} more` : '';
  throw new UserError(
    `The category "${category}" at racetime.gg has no goal "${shorten(goal, 100)}". ${
      goals.length > 0 ? `Its goals are: ${named.join(', ')}${more}.` : 'It has no goals at the moment.'
    }`,
  );
}

async function categoryNamed(
  client: Pick<RacetimeClient, 'category'>,
  slug: string,
  signal?: AbortSignal,
): Promise<{ goals: string[] }> {
  try {
    return await client.category(slug, signal);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    throw new UserError(
      `There is no category "${shorten(slug, 100)}" at racetime.gg. The category is the first part of its address there, such as smw in racetime.gg/smw.`,
    );
  }
}
