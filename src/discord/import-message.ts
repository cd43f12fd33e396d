import { UserError } from '../errors.ts';
import type { Imports } from '../jobs/imports.ts';
import { renderImportStatus } from './import-status.ts';
import type { Renderer } from './live-messages.ts';

/** Draws the live message of an import. */
export function importRenderer(services: {
  imports: Imports;
  requestsLeft: () => Promise<number | undefined>;
}): Renderer {
  return async ({ id, subject }) => {
    try {
      const job = await services.imports.get('all', Number(subject));
      const kind = services.imports.kindOf(job);
      const requestsLeft = await services.requestsLeft();
      return renderImportStatus({ job, kind, requestsLeft, now: new Date(), liveId: id });
    } catch (error) {
      // Its job was erased: there is nothing more to show.
      if (error instanceof UserError) return null;
      throw error;
    }
  };
}
