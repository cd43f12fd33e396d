import type { GuildView, Place, View } from '../playground/protocol.ts';
import { useSandbox } from './sandbox.ts';

/** Servers with their channels and events, and the direct messages of the person at hand. */
export function Places({ view, unread }: { view: View; unread: number }) {
  const sandbox = useSandbox();
  const go = (place: Place) => sandbox.watch(view.me, place);
  return (
    <nav aria-label="Places" class="places">
      {view.guilds.map((guild) => (
        <Guild key={guild.id} guild={guild} at={view.place} go={go} />
      ))}
      {view.guilds.length === 0 && <p class="quiet">In no server with Herald.</p>}
      <h2>Inbox</h2>
      <button
        type="button"
        class="entry"
        aria-current={view.place.kind === 'direct' ? 'page' : undefined}
        onClick={() => go({ kind: 'direct' })}
      >
        <span aria-hidden="true">✉</span> Direct messages <Badge count={unread} />
      </button>
    </nav>
  );
}

function Guild({ guild, at, go }: { guild: GuildView; at: Place; go: (place: Place) => void }) {
  const isEvents = at.kind === 'events' && at.guildId === guild.id;
  return (
    <>
      <h2>{guild.name}</h2>
      <ul>
        <li>
          <button
            type="button"
            class="entry"
            aria-label={`Events of ${guild.name}`}
            aria-current={isEvents ? 'page' : undefined}
            onClick={() => go({ kind: 'events', guildId: guild.id })}
          >
            <span aria-hidden="true">📅</span> Events
          </button>
        </li>
        {guild.channels.map(({ id, name }) => (
          <li key={id}>
            <button
              type="button"
              class="entry"
              aria-current={at.kind === 'channel' && at.channelId === id ? 'page' : undefined}
              onClick={() => go({ kind: 'channel', guildId: guild.id, channelId: id })}
            >
              <span>#</span> {name}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** How many messages are new. */
export function Badge({ count }: { count: number }) {
  if (count <= 0) return null;
  return (
    <span class="badge">
      {count} <span class="unseen">new</span>
    </span>
  );
}
