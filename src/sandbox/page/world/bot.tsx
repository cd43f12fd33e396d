import type { BotView } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';

const STATES: Record<BotView['state'], string> = {
  starting: 'is starting',
  running: 'is running',
  stopped: 'is dead',
};

/** The bot's process. */
export function Bot({ bot }: { bot: BotView }) {
  const sandbox = useSandbox();
  const { state, kills, isConnected } = bot;
  return (
    <details open>
      <summary>Bot</summary>
      <p>
        Herald {STATES[state]}
        {state === 'running' && (isConnected ? ', connected to Discord' : ', not connected to Discord')}.
        {kills > 0 && ` Killed ${kills === 1 ? 'once' : `${kills} times`}.`}
      </p>
      <div class="row">
        <button
          type="button"
          class="button danger"
          disabled={state === 'stopped'}
          onClick={() => sandbox.act({ do: 'bot', what: 'kill' })}
        >
          Kill it (kill -9)
        </button>
        <button
          type="button"
          class="button success"
          disabled={state !== 'stopped'}
          onClick={() => sandbox.act({ do: 'bot', what: 'start' })}
        >
          Start it
        </button>
      </div>
    </details>
  );
}
