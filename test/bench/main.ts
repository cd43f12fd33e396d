import { parseArgs } from 'node:util';
import { measureFollowing } from './follow.ts';
import { type Measure, openGround } from './ground.ts';
import { measureLimits } from './limits.ts';
import { measureLive } from './live.ts';
import { measureMemory } from './memory.ts';
import { measurePage } from './page.ts';
import { measureRequests } from './requests.ts';
import { measureSchedules } from './schedules.ts';
import { measureWorkers } from './workers.ts';
import { measureQuiet, measureWrites } from './writes.ts';

// npm run bench             everything, some minutes
// npm run bench -- --quick  smaller worlds, to see that it works

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const ground = await openGround();
const measures: Measure[] = [];
try {
  const parts = [
    () => measureRequests(ground, values.quick ? 40 : 300),
    () => (values.quick ? [] : measureLimits(ground, { bounded: 300, shown: 330 })),
    () => measureWrites(ground),
    () => measureQuiet(ground),
    () => measureFollowing(ground, values.quick ? 100 : 1_000),
    () => measureSchedules(ground, values.quick ? 20 : 200),
    () => measureLive(ground),
    () => measurePage(),
    () =>
      measureWorkers(
        ground,
        values.quick
          ? { rounds: 1, events: 40, answersMs: [500, 0] }
          : { rounds: 1, events: 320, answersMs: [2_000, 0] },
      ),
    () =>
      measureMemory(
        ground,
        values.quick ? { rounds: 1, events: 100, sets: 4_000 } : { rounds: 3, events: 1_000, sets: 40_000 },
      ),
  ];
  for (const part of parts)
    for (const measure of await part()) {
      measures.push(measure);
      process.stdout.write(
        `${measure.holds ? 'ok  ' : 'FAIL'} ${measure.what}: ${measure.value} (${measure.bound})\n`,
      );
    }
} finally {
  await ground.close();
}
const table = measures.map(({ what, value, bound }) => `| ${what} | ${value} | ${bound} |`);
process.stdout.write(`\n| what | measured | bound |\n|---|---|---|\n${table.join('\n')}\n`);
process.exitCode = measures.every(({ holds }) => holds) ? 0 : 1;
