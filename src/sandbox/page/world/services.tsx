import { useId } from 'preact/hooks';
import type { Mood, ServiceName, View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';

const SERVICES: [ServiceName, string][] = [
  ['discord', 'Discord'],
  ['startgg', 'start.gg'],
  ['speedgaming', 'SpeedGaming'],
];
const MOODS: [Mood, string][] = [
  ['well', 'Well'],
  ['slow', 'Slow'],
  ['limited', 'Rate limited'],
  ['broken', 'Broken'],
  ['lying', 'Lying'],
];

/** How the services behave. */
export function Services({ services }: { services: View['services'] }) {
  const sandbox = useSandbox();
  const id = useId();
  return (
    <details>
      <summary>Services</summary>
      {SERVICES.map(([service, name]) => (
        <div key={service} class="line">
          <label for={`${id}-${service}`}>{name}</label>
          <select
            id={`${id}-${service}`}
            value={services[service]}
            onChange={({ currentTarget }) =>
              sandbox.act({ do: 'mood', service, mood: currentTarget.value as Mood })
            }
          >
            {MOODS.map(([mood, title]) => (
              <option key={mood} value={mood}>
                {title}
              </option>
            ))}
          </select>
        </div>
      ))}
      <button type="button" class="button secondary" onClick={() => sandbox.act({ do: 'cut-gateway' })}>
        Cut the gateway
      </button>
    </details>
  );
}
