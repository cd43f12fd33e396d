import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/metrics.ts';
import { readScrape } from '../support/scrape.ts';

type Target = { refId: string; expr: string; datasource: { type: string; uid: string } };
type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: Target[];
};
type Dashboard = {
  schemaVersion: number;
  templating: { list: { name: string; type: string; query: string }[] };
  panels: Panel[];
};

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const dashboard: Dashboard = JSON.parse(read('docs/grafana-dashboard.json'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Everything that a process can show, with at least one sample of each: labels by the name of the sample. */
async function everything(): Promise<Map<string, Set<string>>> {
  const metrics = new Metrics();
  metrics.describe({ version: '1', roles: ['worker'] });
  metrics.expectPhases(['sets']);
  metrics.liveMessage('import', 'edited');
  metrics.acknowledged('command', 'import', 0.1);
  metrics.synced('startgg', 'done', 1);
  const queues = { sync: { ready: 0, oldestSeconds: 0 } };
  const { text } = readScrape(await metrics.text({ startggRequestsLeft: 1, jobs: { RUNNING: 1 }, queues }));
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm))
    found.set(name, new Set([...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label)));
  return found;
}

const NAME = /\b(?:herald|process|nodejs)_\w+/g;
/** Labels that Prometheus adds to what it scrapes. */
const ADDED = ['job', 'instance'];

describe('the dashboard', () => {
  it('shows nothing that is not measured', async () => {
    const known = await everything();
    expect(expressions.length).toBeGreaterThan(15);
    const used = expressions.flatMap((expr) => expr.match(NAME) ?? []);
    expect(used.length).toBeGreaterThanOrEqual(expressions.length);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('asks for no label that is not there', async () => {
    const known = await everything();
    for (const expr of expressions) {
      const there = new Set((expr.match(NAME) ?? []).flatMap((name) => [...(known.get(name) ?? [])]));
      const grouped = [...expr.matchAll(/\b(?:by|on|group_left) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
        list.split(', '),
      );
      const matched = [...expr.matchAll(/[{,]\s*(\w+)(?:=~|=|!=|!~)"/g)].map(([, label = '']) => label);
      for (const label of [...grouped, ...matched])
        expect({ expr, label, isThere: there.has(label) || ADDED.includes(label) }).toMatchObject({
          isThere: true,
        });
    }
  });

  it('shows all that is measured, and the README names it', async () => {
    const text = await new Metrics().text(undefined);
    const names = [...text.matchAll(/^# TYPE (herald_\w+) /gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    const all = expressions.join('\n');
    const readme = read('README.md');
    expect(names.filter((name) => !new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(all))).toEqual([]);
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
    const named = readme.match(/`herald_\w+`/g) ?? [];
    expect(named.filter((name) => !names.includes(name.slice(1, -1)))).toEqual([]);
  });

  it('has one variable, the data source, and everything comes from there', () => {
    expect(dashboard.templating.list.map(({ name, type, query }) => ({ name, type, query }))).toEqual([
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how Grafana names a variable
    const wanted = { type: 'prometheus', uid: '${datasource}' };
    for (const panel of panels) {
      expect(panel.datasource).toEqual(wanted);
      for (const target of panel.targets ?? []) expect(target.datasource).toEqual(wanted);
    }
  });

  it('is whole: ids, places and queries do not get in each other way', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(41);
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, description, targets = [] } of panels) {
      expect({ title, isSaid: (description ?? '').length > 10, queries: targets.length > 0 }).toEqual({
        title,
        isSaid: true,
        queries: true,
      });
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
    }
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, taken.get(`${x}/${y}`)]).toEqual([title, undefined]);
          taken.set(`${x}/${y}`, title);
        }
    }
  });
});
