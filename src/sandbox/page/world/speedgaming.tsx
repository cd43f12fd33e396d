import { useId, useState } from 'preact/hooks';
import type { Deed, MatchView } from '../../playground/protocol.ts';
import { Timestamp } from '../messages/timestamp.tsx';
import { useSandbox } from '../sandbox.ts';

/** The schedule at SpeedGaming, and what can happen to it. */
export function SpeedGaming({ matches }: { matches: MatchView[] }) {
  const sandbox = useSandbox();
  return (
    <details>
      <summary>SpeedGaming</summary>
      <button type="button" class="button primary" onClick={() => sandbox.act({ do: 'add-match' })}>
        Put a match on the schedule
      </button>
      <ul class="things tall">
        {matches.map((match) => (
          <Match key={match.id} match={match} />
        ))}
      </ul>
    </details>
  );
}

function Match({ match }: { match: MatchView }) {
  const { id: matchId, title, startsAt, players, crew, isApproved, isCancelled } = match;
  return (
    <li>
      <p>
        <strong>{title}</strong> {isCancelled && <span class="sign">cancelled</span>}{' '}
        {!isApproved && <span class="sign">not approved</span>}
      </p>
      <p>
        <Timestamp at={startsAt} style="f" />
      </p>
      <p class="quiet">
        {players.join(' vs ')}
        {crew.length > 0 && ` · crew: ${crew.join(', ')}`}
      </p>
      <div class="row">
        <Push label="One hour later" of={title} deed={{ do: 'move-match', matchId, minutes: 60 }} />
        <Push
          label={isCancelled ? 'Restore' : 'Cancel'}
          of={title}
          deed={{ do: 'cancel-match', matchId, isCancelled: !isCancelled }}
        />
        <Push
          label={isApproved ? 'Unapprove' : 'Approve'}
          of={title}
          deed={{ do: 'approve-match', matchId, isApproved: !isApproved }}
        />
      </div>
      <Swap match={match} />
    </li>
  );
}

function Push({ label, of, deed }: { label: string; of: string; deed: Deed }) {
  const sandbox = useSandbox();
  return (
    <button
      type="button"
      class="button secondary small"
      aria-label={`${label}: ${of}`}
      onClick={() => sandbox.act(deed)}
    >
      {label}
    </button>
  );
}

function Swap({ match }: { match: MatchView }) {
  const sandbox = useSandbox();
  const id = useId();
  const [name, setName] = useState('Substitute');
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        return sandbox.act({ do: 'swap-opponent', matchId: match.id, name });
      }}
    >
      <label for={id} class="unseen">
        New opponent: {match.title}
      </label>
      <input
        id={id}
        type="text"
        required
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" class="button secondary small" aria-label={`Swap opponent: ${match.title}`}>
        Swap opponent
      </button>
    </form>
  );
}
