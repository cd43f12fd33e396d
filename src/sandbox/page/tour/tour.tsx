import { useEffect, useRef, useState } from 'preact/hooks';
import type { View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';
import { STEPS } from './steps.ts';

type Props = { view: View; at: number; onStep: (at: number) => void; onEnd: () => void };

/** The guided tour: a card that stands beside everything else, which stays usable. */
export function Tour({ view, at, onStep, onEnd }: Props) {
  const sandbox = useSandbox();
  const [isBusy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(at);
  const step = STEPS[at];
  useEffect(() => {
    // Whoever went on reads on; whoever just came is left where they are.
    if (shown.current !== at) heading.current?.focus();
    shown.current = at;
  }, [at]);
  if (!step) return null;
  const isDone = step.isDone(view);
  const isLast = at === STEPS.length - 1;

  async function doIt() {
    if (!step || isBusy) return;
    setBusy(true);
    await sandbox.attempt(() => step.doIt(sandbox));
    setBusy(false);
  }

  return (
    <section class={`card tour ${isDone ? 'done' : ''}`} aria-label="Guided tour">
      <p class="quiet">
        Step {at + 1} of {STEPS.length}
      </p>
      <h3 ref={heading} tabIndex={-1}>
        {step.title}
      </h3>
      <p>{step.text}</p>
      <div class="row">
        <button type="button" class="button primary" aria-busy={isBusy} onClick={doIt}>
          Do it for me
        </button>
        <button
          type="button"
          class="button success"
          disabled={!isDone}
          onClick={() => (isLast ? onEnd() : onStep(at + 1))}
        >
          {isLast ? 'Finish' : 'Next'}
        </button>
        <button type="button" class="button secondary" onClick={onEnd}>
          Skip
        </button>
        <output>{isDone ? '✓ Done' : isBusy ? 'At it…' : ''}</output>
      </div>
    </section>
  );
}
