import { useId } from 'preact/hooks';
import type { Speed } from '../../playground/protocol.ts';
import { useNow } from '../clock.ts';
import { useSandbox } from '../sandbox.ts';
import { formatTime } from '../times.ts';

const SKIPS: [string, number][] = [
  ['Skip 10 minutes', 10],
  ['1 hour', 60],
  ['1 day', 24 * 60],
];
const SPEEDS: Speed[] = [1, 60, 600];

/** The sandbox's clock. */
export function Time({ speed }: { speed: Speed }) {
  const sandbox = useSandbox();
  const id = useId();
  return (
    <details>
      <summary>Time</summary>
      <p>
        <TimeNow />
      </p>
      <div class="row">
        {SKIPS.map(([title, minutes]) => (
          <button
            key={minutes}
            type="button"
            class="button secondary"
            aria-label={title.startsWith('Skip') ? title : `Skip ${title}`}
            onClick={() => sandbox.act({ do: 'skip', minutes })}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="line">
        <label for={id}>Speed</label>
        <select
          id={id}
          value={speed}
          onChange={({ currentTarget }) =>
            sandbox.act({ do: 'speed', speed: Number(currentTarget.value) as Speed })
          }
        >
          {SPEEDS.map((each) => (
            <option key={each} value={each}>
              {each}×
            </option>
          ))}
        </select>
      </div>
    </details>
  );
}

function TimeNow() {
  const now = useNow();
  return (
    <time dateTime={new Date(now).toISOString()}>
      {formatTime(now, 'D')}, {formatTime(now, 'T')}
    </time>
  );
}
