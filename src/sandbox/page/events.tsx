import type { EventView, View } from '../playground/protocol.ts';
import { Markdown } from './messages/markdown.tsx';
import { NamesContext } from './messages/names.ts';
import { Timestamp } from './messages/timestamp.tsx';
import { useSandbox } from './sandbox.ts';

const STATUS: Record<EventView['status'], string> = {
  SCHEDULED: 'Scheduled',
  ACTIVE: 'Under way',
  COMPLETED: 'Over',
  CANCELED: 'Cancelled',
};

/** A server's scheduled events. */
export function Events({ view }: { view: View }) {
  return (
    <NamesContext.Provider value={view.names}>
      <ul class="events" aria-label="Events">
        {view.events.map((event) => (
          <EventCard key={event.id} event={event} view={view} />
        ))}
      </ul>
      {view.events.length === 0 && (
        <p class="quiet empty">
          There are no events yet. Herald makes them for the matches of a linked schedule.
        </p>
      )}
    </NamesContext.Provider>
  );
}

function EventCard({ event, view }: { event: EventView; view: View }) {
  const sandbox = useSandbox();
  const { id, name, status, startsAt, endsAt, location, description, interested, amInterested } = event;
  const isOver = status === 'COMPLETED' || status === 'CANCELED';
  return (
    <li>
      <article class="card" aria-label={name}>
        <p class={`status ${status.toLowerCase()}`}>{STATUS[status]}</p>
        <h3>{name}</h3>
        <p>
          <Timestamp at={startsAt} style="F" /> to <Timestamp at={endsAt} style="t" /> (
          <Timestamp at={startsAt} style="R" />)
        </p>
        <p class="quiet">{location}</p>
        {description && (
          <div class="description">
            <Markdown text={description} />
          </div>
        )}
        <p class="row">
          <button
            type="button"
            class="button secondary"
            aria-label={`Interested in ${name}`}
            aria-pressed={amInterested}
            disabled={isOver}
            onClick={() =>
              sandbox.act({ do: 'interest', person: view.me, eventId: id, isInterested: !amInterested })
            }
          >
            {amInterested ? '✓ ' : ''}Interested
          </button>
          <span class="quiet">{interested} interested</span>
        </p>
      </article>
    </li>
  );
}
