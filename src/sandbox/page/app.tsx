import { useEffect, useMemo, useState } from 'preact/hooks';
import type { View } from '../playground/protocol.ts';
import { MessageBox } from './box/message-box.tsx';
import { ClockContext } from './clock.ts';
import { Events } from './events.tsx';
import { Header, type Panel } from './header.tsx';
import { Members } from './members.tsx';
import { MessageList } from './messages/message-list.tsx';
import { Notices } from './notices.tsx';
import { People } from './people.tsx';
import { Places } from './places.tsx';
import { useRemembered } from './remembered.ts';
import { type Sandbox, SandboxContext, type Sight, useSight } from './sandbox.ts';
import { Tour } from './tour/tour.tsx';
import { useUnread } from './unread.ts';
import { World } from './world/world.tsx';

/** The step of one who is not on the tour. */
const OVER = -1;

/** The page. */
export function App({ sandbox }: { sandbox: Sandbox }) {
  const sight = useSight(sandbox);
  const clock = sight.view?.clock;
  const time = useMemo(
    () => ({ readAt: sight.clockReadAt, aheadMs: clock?.aheadMs ?? 0, speed: clock?.speed ?? 1 }),
    [sight.clockReadAt, clock],
  );
  return (
    <SandboxContext.Provider value={sandbox}>
      <ClockContext.Provider value={time}>
        {sight.view ? <Page sight={sight} view={sight.view} /> : <Waiting isConnected={sight.isConnected} />}
      </ClockContext.Provider>
    </SandboxContext.Provider>
  );
}

function Waiting({ isConnected }: { isConnected: boolean }) {
  return (
    <main class="waiting">
      <h1>Herald's sandbox</h1>
      <p role="status">
        {isConnected ? 'The sandbox is getting ready…' : 'The sandbox does not answer. Trying again…'}
      </p>
    </main>
  );
}

function Page({ sight, view }: { sight: Sight; view: View }) {
  const [panel, setPanel] = useState<Panel>();
  const [step, setStep] = useRemembered('herald.tour', 0, (kept) => typeof kept === 'number');
  const unread = useUnread(view);
  const { me, place } = view;
  const here = `${me} ${JSON.stringify(place)}`;
  const name = nameOf(view);
  const person = view.people.find(({ key }) => key === me);
  const guild = place.kind === 'direct' ? undefined : view.guilds.find(({ id }) => id === place.guildId);

  // Whoever went elsewhere wants to see it.
  useEffect(() => setPanel(undefined), [here]);
  useEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => key === 'Escape' && setPanel(undefined);
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  useEffect(() => {
    document.title = `${name} · Herald's sandbox`;
  }, [name]);

  return (
    <div class={`page ${panel ?? ''}`}>
      <Header
        isConnected={sight.isConnected}
        bot={view.bot}
        panel={panel}
        onPanel={setPanel}
        onTour={() => setStep(0)}
      />
      <div class="panel left" id="left">
        <Places view={view} unread={person ? unread(person) : 0} />
        <People view={view} unread={unread} />
        <Members guild={guild} />
      </div>
      <main id="main">
        <div class="title">
          <h2>{name}</h2>
          <p class="quiet">{aboutOf(view)}</p>
        </div>
        {step !== OVER && <Tour view={view} at={step} onStep={setStep} onEnd={() => setStep(OVER)} />}
        {place.kind === 'events' ? (
          <Events view={view} />
        ) : (
          <MessageList key={here} view={view} name={name} />
        )}
        <Notices sight={sight} />
        {place.kind !== 'events' && (
          <MessageBox key={`box ${here}`} view={view} name={place.kind === 'direct' ? 'Herald' : name} />
        )}
      </main>
      <aside class="panel right" id="right" aria-label="World panel">
        <World view={view} />
      </aside>
    </div>
  );
}

/** What a place is called. */
function nameOf({ place, guilds }: View): string {
  if (place.kind === 'direct') return 'Direct messages';
  const guild = guilds.find(({ id }) => id === place.guildId);
  if (place.kind === 'events') return `Events of ${guild?.name ?? 'a server'}`;
  return `#${guild?.channels.find(({ id }) => id === place.channelId)?.name ?? 'unknown'}`;
}

/** What a place is for. */
function aboutOf({ place, guilds }: View): string {
  if (place.kind === 'direct') return 'Between you and Herald';
  if (place.kind === 'events') return 'What Herald put on the calendar of the server';
  const guild = guilds.find(({ id }) => id === place.guildId);
  return guild?.channels.find(({ id }) => id === place.channelId)?.topic ?? '';
}
