import type { Deed, Done, Refused, Update, Watch } from '../playground/protocol.ts';

const RETRY_MS = [300, 1000, 2000, 5000];

/** The sandbox said no, in words for people. */
export class Refusal extends Error {}

/** Does a deed. Throws a `Refusal` where it is not to be had. */
export async function post(deed: Deed): Promise<Done> {
  const body = JSON.stringify(deed);
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch('/do', { method: 'POST', headers, body }).catch(() => undefined);
  if (!answer) throw new Refusal('The sandbox does not answer. Is it still running?');
  const said: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return (said ?? {}) as Done;
  throw new Refusal(
    (said as Refused | undefined)?.refusal ?? `The sandbox failed at this (${answer.status}).`,
  );
}

/** The line on which the sandbox tells what changed. Lost, it is taken up again, and told anew what to show. */
export class Connection {
  #socket: WebSocket | undefined;
  #failures = 0;
  #watch: Watch;
  #onUpdate: (update: Update) => void;
  #onState: (isConnected: boolean) => void;

  constructor(
    watch: Watch,
    hear: { onUpdate: (update: Update) => void; onState: (isConnected: boolean) => void },
  ) {
    this.#watch = watch;
    this.#onUpdate = hear.onUpdate;
    this.#onState = hear.onState;
    this.#open();
  }

  /** Says whom and what to show from now on. */
  watch(watch: Watch): void {
    this.#watch = watch;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(watch));
  }

  #open(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      socket.send(JSON.stringify(this.#watch));
      this.#onState(true);
    };
    socket.onmessage = ({ data }) => this.#onUpdate(JSON.parse(String(data)) as Update);
    socket.onclose = () => {
      this.#onState(false);
      setTimeout(() => this.#open(), RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)]);
    };
  }
}
