import { useId, useState } from 'preact/hooks';
import type { GameView, View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';
import { importGame } from './import-game.ts';

/** The games at start.gg, and what can happen to them. */
export function Startgg({ view }: { view: View }) {
  const sandbox = useSandbox();
  return (
    <details open>
      <summary>start.gg</summary>
      <ul class="things">
        {view.games.map((game) => (
          <li key={game.id}>
            <p>
              <strong>{game.name}</strong>{' '}
              <span class="quiet">
                {game.size}, {game.tournaments} tournaments since {game.since}, about {minutes(game.minutes)}
              </span>
            </p>
            <button
              type="button"
              class="button primary"
              aria-label={`Import ${game.name}`}
              onClick={() => sandbox.attempt(() => importGame(sandbox, game))}
            >
              Import
            </button>
          </li>
        ))}
      </ul>
      {view.games.length > 0 && <Pushes games={view.games} />}
    </details>
  );
}

function minutes(count: number): string {
  if (count < 1) return `${Math.max(1, Math.round(count * 60))} s`;
  return `${Math.round(count)} min`;
}

function Pushes({ games }: { games: GameView[] }) {
  const sandbox = useSandbox();
  const id = useId();
  const [chosen, setChosen] = useState('');
  const [name, setName] = useState('New Name');
  const gameId = games.find((game) => String(game.id) === chosen)?.id ?? games[0]?.id ?? 0;
  return (
    <>
      <div class="line">
        <label for={`${id}-game`}>Game</label>
        <select
          id={`${id}-game`}
          value={gameId}
          onChange={({ currentTarget }) => setChosen(currentTarget.value)}
        >
          {games.map((game) => (
            <option key={game.id} value={game.id}>
              {game.name}
            </option>
          ))}
        </select>
      </div>
      <div class="row">
        <button
          type="button"
          class="button secondary"
          onClick={() => sandbox.act({ do: 'complete-set', gameId })}
        >
          Complete a set
        </button>
        <button
          type="button"
          class="button secondary"
          onClick={() => sandbox.act({ do: 'reset-bracket', gameId })}
        >
          Reset a bracket
        </button>
      </div>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          return sandbox.act({ do: 'rename-player', gameId, name });
        }}
      >
        <label for={id}>New name of a player</label>
        <input
          id={id}
          type="text"
          required
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" class="button secondary">
          Rename a player
        </button>
      </form>
    </>
  );
}
