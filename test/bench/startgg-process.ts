import { startStartgg } from '../../src/sandbox/startgg/server.ts';
import { TOKEN, worldOf } from './ground.ts';

// A start.gg in a process of its own, so that it takes nothing of the processor time of who measures. Each answer is
// worked out once: after a first import it costs next to nothing. Its one argument is the size of its world.

const world = worldOf(JSON.parse(process.argv[2] ?? '{}'));
const startgg = await startStartgg({ world, token: TOKEN, limit: false, cacheSeconds: 86_400 });
process.stdout.write(`${startgg.url}\n`);
