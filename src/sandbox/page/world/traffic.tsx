import type { TrafficView } from '../../playground/protocol.ts';

/** What goes over the wire, drawn live. */
export function Traffic({ traffic }: { traffic: TrafficView }) {
  const { perSecond, allowed, objects, allowedObjects, speedgaming, discord } = traffic;
  const sum = perSecond.reduce((total, each) => total + each, 0);
  const most = Math.max(0, ...objects);
  return (
    <details open>
      <summary>Traffic</summary>
      <figure>
        <figcaption>
          start.gg, last 60 s: {sum} of {allowed} requests
        </figcaption>
        <Bars
          values={perSecond}
          full={Math.max(4, ...perSecond)}
          label={`Requests to start.gg in each of the last 60 seconds: ${sum} together, ${allowed} are allowed.`}
        />
      </figure>
      <figure>
        <figcaption>
          Objects in a request: {objects.at(-1) ?? 0} of {allowedObjects}
        </figcaption>
        <Bars
          values={objects.slice(-60)}
          full={Math.max(allowedObjects, most)}
          label={`Objects in each of the latest ${objects.length} requests to start.gg: at most ${most}, ${allowedObjects} are allowed.`}
        />
      </figure>
      <p class="quiet">
        Last 60 s: {discord} requests to Discord, {speedgaming} to SpeedGaming.
      </p>
    </details>
  );
}

const SLOTS = 60;
const HEIGHT = 40;

/** Bars from the right, the newest last; `full` is as high as the chart. */
function Bars({ values, full, label }: { values: number[]; full: number; label: string }) {
  const from = SLOTS - values.length;
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${SLOTS} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map((value, i) => {
        const height = Math.min(1, value / full) * HEIGHT;
        return <rect key={i} x={from + i + 0.1} y={HEIGHT - height} width={0.8} height={height} />;
      })}
    </svg>
  );
}
