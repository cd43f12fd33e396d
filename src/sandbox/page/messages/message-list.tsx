import { useEffect, useRef } from 'preact/hooks';
import type { View } from '../../playground/protocol.ts';
import { Message } from './message.tsx';
import { NamesContext } from './names.ts';

/** So near to the end counts as at the end: half a line. */
const NEAR_PX = 24;

/** The messages at a place, oldest first. New ones are scrolled to, unless the person reads further up. */
export function MessageList({ view, name }: { view: View; name: string }) {
  const { messages, names, place, guilds } = view;
  const scroller = useRef<HTMLDivElement>(null);
  useStayAtEnd(scroller);
  const me = view.people.find(({ key }) => key === view.me);
  const guild = place.kind === 'direct' ? undefined : guilds.find(({ id }) => id === place.guildId);
  return (
    <div
      class="messages"
      ref={scroller}
      role="log"
      aria-label={`Messages in ${name}`}
      aria-relevant="additions"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
    >
      <NamesContext.Provider value={names}>
        <discord-messages>
          {me &&
            messages.map((message) => (
              <Message key={message.id} message={message} me={me} guild={guild} names={names} />
            ))}
        </discord-messages>
      </NamesContext.Provider>
      {messages.length === 0 && <p class="quiet empty">Nothing has been said here yet.</p>}
    </div>
  );
}

/** The components draw themselves a moment after they are placed: so it is their size that is watched, not their number. */
function useStayAtEnd(scroller: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let isAtEnd = true;
    let top = 0;
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element;
      if (scrollHeight - scrollTop - clientHeight < NEAR_PX) isAtEnd = true;
      // Only going up leaves the end: what grows meanwhile moves it away too.
      else if (scrollTop < top) isAtEnd = false;
      top = scrollTop;
    };
    const watcher = new ResizeObserver(() => {
      if (isAtEnd) element.scrollTop = element.scrollHeight;
    });
    watcher.observe(element);
    for (const child of element.children) watcher.observe(child);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scroller]);
}
