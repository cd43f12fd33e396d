import { useNow } from '../clock.ts';
import { formatRelative, formatTime } from '../times.ts';

/** The farthest that a date may be from 1970, either way (ECMAScript, Time Values). */
const FARTHEST_MS = 8_640_000_000_000_000;

/** A time as Discord shows it: in the viewer's own zone and language. */
export function Timestamp({ at, style }: { at: number; style: string }) {
  if (!(Math.abs(at) <= FARTHEST_MS)) return <>Invalid date</>;
  return (
    <discord-time>
      <time dateTime={new Date(at).toISOString()} title={formatTime(at, 'F')}>
        {style === 'R' ? <Relative at={at} /> : formatTime(at, style)}
      </time>
    </discord-time>
  );
}

function Relative({ at }: { at: number }) {
  return <>{formatRelative(at, useNow())}</>;
}
