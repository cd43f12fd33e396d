/** What a process shows of itself, read as Prometheus reads it. */
export type Scrape = {
  text: string;
  /** A sample by its name and exactly these labels; undefined where there is none. */
  value(name: string, labels?: Record<string, string>): number | undefined;
  /** The sum of all samples of a name with at least these labels. */
  sum(name: string, labels?: Record<string, string>): number;
};

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** @throws Error where a line is neither a comment nor a sample */
export function readScrape(text: string): Scrape {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a sample: ${line}`);
      return { name, labels: labelsIn(labels), value: Number(value) };
    });
  const some = (name: string, wanted: Record<string, string>) =>
    samples.filter(
      (sample) => sample.name === name && Object.entries(wanted).every(([k, v]) => sample.labels[k] === v),
    );
  return {
    text,
    value: (name, labels = {}) =>
      some(name, labels).find((sample) => Object.keys(sample.labels).length === Object.keys(labels).length)
        ?.value,
    sum: (name, labels = {}) => some(name, labels).reduce((sum, { value }) => sum + value, 0),
  };
}

function labelsIn(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value]));
}

/** Fetches `/metrics`. @throws Error when the answer is none of Prometheus's format */
export async function scrape(origin: string): Promise<Scrape> {
  const response = await fetch(`${origin}/metrics`);
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  if (response.status !== 200 || !type.startsWith('text/plain; version=0.0.4'))
    throw new Error(`/metrics: ${response.status} ${type}: ${text}`);
  return readScrape(text);
}

/** What a path answers: its status and what it says. */
export async function ask(origin: string, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, body: await response.json() };
}
