import type { Sight } from './sandbox.ts';

/** What came of the last deed. Both lines are always there, since only what changes in them is read out. */
export function Notices({ sight }: { sight: Sight }) {
  return (
    <div class="notices">
      <output aria-label="Said">{sight.said}</output>
      <p role="alert">{sight.refusal}</p>
    </div>
  );
}
