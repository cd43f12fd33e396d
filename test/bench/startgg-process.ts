import { startStartgg } from '../../src/sandbox/startgg/server.ts';
import { TOKEN, worldOf } from './ground.ts';

// A start.gg in a process of its own, so that it takes nothing of the processor time of who measures. Each answer is
// worked out once: after a first import it costs next to nothing. Its one argument is a StandIn as JSON.

/** How large it is, and how long each of its answers takes. */
export type StandIn = { events: number; sets: number; answerMs: number };

const { answerMs, ...size }: StandIn = JSON.parse(process.argv[2] ?? '');
const startgg = await startStartgg({
  world: worldOf(size),
  token: TOKEN,
  limit: false,
  cacheSeconds: 86_400,
  latency: { minMs: answerMs, maxMs: answerMs },
});
process.stdout.write(`${startgg.url}\n`);
