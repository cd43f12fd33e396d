import type { BotView } from '../playground/protocol.ts';
import { ThemeChoice } from './theme.tsx';

/** What is opened over the messages where there is no room beside them. */
export type Panel = 'is-left' | 'is-right' | undefined;

type Props = {
  isConnected: boolean;
  bot: BotView;
  panel: Panel;
  onPanel: (panel: Panel) => void;
  onTour: () => void;
};

const STATES: Record<BotView['state'], string> = {
  starting: 'Herald is starting',
  running: 'Herald is running',
  stopped: 'Herald is dead',
};

/** The top line: what stands, and what is about the page itself. */
export function Header({ isConnected, bot, panel, onPanel, onTour }: Props) {
  return (
    <header class="top">
      <button type="button" class="skip" onClick={skip}>
        Skip to the messages
      </button>
      <PanelButton panel="is-left" controls="left" open={panel} onPanel={onPanel}>
        ☰ Places
      </PanelButton>
      <h1>Herald's sandbox</h1>
      <p class={`state ${isConnected ? bot.state : 'stopped'}`} role="status">
        {isConnected ? STATES[bot.state] : 'Connection lost. Trying again…'}
      </p>
      <button type="button" class="button secondary small" onClick={onTour}>
        Take the tour
      </button>
      <ThemeChoice />
      <PanelButton panel="is-right" controls="right" open={panel} onPanel={onPanel}>
        ☷ World
      </PanelButton>
    </header>
  );
}

/** A link would not do: the page's address says already who looks where. */
function skip(): void {
  document.querySelector<HTMLElement>('.messages, .events button')?.focus();
}

type PanelButtonProps = {
  panel: NonNullable<Panel>;
  controls: string;
  open: Panel;
  onPanel: (panel: Panel) => void;
  children: string[] | string;
};

function PanelButton({ panel, controls, open, onPanel, children }: PanelButtonProps) {
  return (
    <button
      type="button"
      class={`button secondary small toggle ${controls}`}
      aria-expanded={open === panel}
      aria-controls={controls}
      onClick={() => onPanel(open === panel ? undefined : panel)}
    >
      {children}
    </button>
  );
}
