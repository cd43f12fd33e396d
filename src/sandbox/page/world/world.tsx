import type { View } from '../../playground/protocol.ts';
import { Bot } from './bot.tsx';
import { Services } from './services.tsx';
import { SpeedGaming } from './speedgaming.tsx';
import { Startgg } from './startgg.tsx';
import { Time } from './time.tsx';
import { Traffic } from './traffic.tsx';

/** Everything around the bot that can be pushed. */
export function World({ view }: { view: View }) {
  return (
    <section class="world" aria-label="World">
      <h2>The world</h2>
      <Startgg view={view} />
      <SpeedGaming matches={view.matches} />
      <Services services={view.services} />
      <Bot bot={view.bot} />
      <Time speed={view.clock.speed} />
      <Traffic traffic={view.traffic} />
    </section>
  );
}
