import { useEffect } from 'preact/hooks';
import type { PersonView, View } from '../playground/protocol.ts';
import { useRemembered } from './remembered.ts';

type Seen = Partial<Record<string, number>>;

/** How many messages of each inbox nobody has looked at yet in this browser. */
export function useUnread(view: View | undefined): (person: PersonView) => number {
  const [seen, setSeen] = useRemembered<Seen>(
    'herald.seen',
    {},
    (kept) => typeof kept === 'object' && !!kept,
  );
  const me = view?.people.find(({ key }) => key === view.me);
  const isLooking = view?.place.kind === 'direct' && document.visibilityState === 'visible';
  useEffect(() => {
    // A sandbox that begins anew has fewer messages than were seen.
    const forgotten = view?.people.find(({ key, inbox }) => inbox < (seen[key] ?? 0));
    if (forgotten) setSeen({ ...seen, [forgotten.key]: forgotten.inbox });
    else if (me && isLooking && seen[me.key] !== me.inbox) setSeen({ ...seen, [me.key]: me.inbox });
  });
  return ({ key, inbox }) => Math.max(0, inbox - (seen[key] ?? 0));
}
