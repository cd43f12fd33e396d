import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import type { View } from '../../playground/protocol.ts';
import { useSandbox } from '../sandbox.ts';
import { NamesContext } from './names.ts';

/** The address of a channel or a message, which the client does not leave for. */
export const MESSAGE_LINK = /^https:\/\/discord\.com\/channels\/(\d+)\/(\d+)(?:\/(\d+))?$/;

const PATIENCE_MS = 5_000;

/** Leads to a message, or its channel. */
export function JumpLink({ target }: { target: string }) {
  const sandbox = useSandbox();
  const names = useContext(NamesContext);
  const [, guildId = '', channelId = '', messageId = ''] = MESSAGE_LINK.exec(target) ?? [];
  return (
    <button
      type="button"
      class="jump"
      onClick={() =>
        sandbox.attempt(async () => {
          sandbox.watch(sandbox.view.me, { kind: 'channel', guildId, channelId });
          await sandbox.until((view) => isAt(view, channelId), 'the channel is not in sight', PATIENCE_MS);
          requestAnimationFrame(() => document.getElementById(messageId)?.scrollIntoView());
        })
      }
    >
      #{names.channels[channelId] ?? 'unknown'}
      {messageId ? ' › message' : ''}
    </button>
  );
}

function isAt({ place }: View, channelId: string): boolean {
  return place.kind === 'channel' && place.channelId === channelId;
}

/** A link with other words than its address; as it was typed, where the address is none of the web. */
export function MaskedLink({ target, children }: { target: string; children: ComponentChildren }) {
  if (isOfTheWeb(target)) return <Link target={target}>{children}</Link>;
  return (
    <>
      [{children}]({target})
    </>
  );
}

/** Leads out only where the address is one of the web. */
export function Link({ target, children }: { target: string; children: ComponentChildren }) {
  if (!isOfTheWeb(target)) return <>{children}</>;
  return (
    <a href={target} rel="noreferrer" target="_blank">
      {children}
    </a>
  );
}

/** Whether an address is one that a browser may be sent to. */
export function isOfTheWeb(address: string): boolean {
  return /^https?:$/.test(URL.parse(address)?.protocol ?? '');
}
