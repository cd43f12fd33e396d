import { messageOf } from '../errors.ts';
import { episodeAnswer } from './answers.ts';
import { type Episode, readEpisode } from './episode.ts';

/** What SpeedGaming sent for an episode: the episode, or why it cannot be read. */
export type Entry = { id: number | undefined; episode?: Episode; problem: string };

/** Reads an episode as it came. Its id is given also where the rest cannot be read. */
export function readEntry(slug: string, entry: unknown): Entry {
  const given = typeof entry === 'object' && entry !== null && 'id' in entry ? Number(entry.id) : Number.NaN;
  const id = Number.isSafeInteger(given) && given > 0 && given < 2 ** 31 ? given : undefined;
  const parsed = episodeAnswer.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { id, problem: `${issue?.path.join('.') || 'it'}: ${issue?.message}` };
  }
  try {
    return { id, episode: readEpisode(slug, parsed.data), problem: '' };
  } catch (error) {
    return { id, problem: messageOf(error) };
  }
}
