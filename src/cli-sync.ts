import { setTimeout as delay } from 'node:timers/promises';
import { type ExitCode, print, withApp } from './cli-run.ts';
import { followedSlugs, outcomesSince } from './matches/links.ts';
import type { Source } from './matches/source.ts';
import { databaseNow } from './matches/sync-report.ts';

const LOOK_EVERY_MS = 500;

/**
 * Reads every schedule that is followed, or those at one source, and tells what came of each. The work is done by
 * whatever worker is alive, and here when there is none.
 */
export async function syncSchedules(sources: readonly Source[]): Promise<ExitCode> {
  return await withApp([], async (app, interrupted) => {
    const asked = (
      await Promise.all(
        sources.map(async (source) =>
          (await followedSlugs(app.db.em(), source)).map((slug) => ({ source, slug })),
        ),
      )
    ).flat();
    if (asked.length === 0) print('No schedule is followed. `/tournament link` begins.');
    const since = await databaseNow(app.db);
    if (!(await app.hasWorker())) await app.workSyncs();
    for (const sync of asked) await app.queue.sendSync(sync);
    let failed = false;
    const left = new Map(asked.map((sync) => [`${sync.source} ${sync.slug}`, sync]));
    while (left.size > 0 && !interrupted.aborted) {
      for (const { source, slug, error } of await outcomesSince(app.db.em(), since)) {
        if (!left.delete(`${source} ${slug}`)) continue;
        print(`${source} ${slug}: ${error === null ? 'up to date' : `failed: ${error}`}`);
        failed ||= error !== null;
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => {});
    }
    if (interrupted.aborted) return 130;
    return failed ? 1 : 0;
  });
}
