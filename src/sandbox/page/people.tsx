import type { PersonKey, PersonView, View } from '../playground/protocol.ts';
import { avatarOf } from './messages/avatar.ts';
import { Badge } from './places.tsx';
import { useSandbox } from './sandbox.ts';

const PARTS: Record<PersonKey, string> = {
  organiser: 'Organiser',
  player: 'Player',
  caster: 'Caster',
  outsider: 'Outsider',
};

/** The people whose hands the page can be in. */
export function People({ view, unread }: { view: View; unread: (person: PersonView) => number }) {
  const sandbox = useSandbox();
  const me = view.people.find(({ key }) => key === view.me);
  return (
    <section class="people" aria-label="People">
      <h2>You are</h2>
      <ul>
        {view.people.map((person) => (
          <li key={person.key}>
            <button
              type="button"
              class="entry"
              aria-pressed={person.key === view.me}
              onClick={() => sandbox.watch(person.key, view.place)}
            >
              <img src={avatarOf(person.name)} alt="" width="24" height="24" />
              <span>
                {person.name !== PARTS[person.key] && <strong>{PARTS[person.key]}</strong>} {person.name}
              </span>
              <Badge count={unread(person)} />
            </button>
          </li>
        ))}
      </ul>
      {me && (
        <>
          <p class="quiet about">{me.about}</p>
          <label class="check">
            <input
              type="checkbox"
              checked={me.acceptsDms}
              onChange={({ currentTarget }) =>
                sandbox.act({ do: 'inbox', person: me.key, isOpen: currentTarget.checked })
              }
            />{' '}
            Takes direct messages
          </label>
        </>
      )}
    </section>
  );
}
