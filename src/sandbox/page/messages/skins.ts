import '@skyra/discord-components-core/discord-action-row.js';
import { DiscordAuthorInfo } from '@skyra/discord-components-core/discord-author-info.js';
import { DiscordCommand } from '@skyra/discord-components-core/discord-command.js';
import { DiscordEmbed } from '@skyra/discord-components-core/discord-embed.js';
import '@skyra/discord-components-core/discord-embed-description.js';
import '@skyra/discord-components-core/discord-embed-field.js';
import '@skyra/discord-components-core/discord-embed-fields.js';
import '@skyra/discord-components-core/discord-embed-footer.js';
import '@skyra/discord-components-core/discord-mention.js';
import { DiscordMessage } from '@skyra/discord-components-core/discord-message.js';
import { DiscordMessages } from '@skyra/discord-components-core/discord-messages.js';
import { DiscordReply } from '@skyra/discord-components-core/discord-reply.js';
import '@skyra/discord-components-core/discord-time.js';

// The components' own colours are fixed, partly too faint to be read, and a message keeps the theme it was drawn in.
// So each gets a sheet of ours behind its own, which takes the colours from the page's variables.

/** The part of a component's class that holds its style sheets. */
type Styled = { elementStyles: unknown[] };

function skin(component: Styled, css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  component.elementStyles.push(sheet);
}

skin(
  DiscordMessages,
  ':host { color: var(--text); background: none; border: none; font-family: inherit; line-height: 1.375 }',
);

skin(
  DiscordMessage,
  `:host { color: var(--text); font-family: inherit; padding-right: 1rem }
  :host(:hover) { background-color: var(--hover) }
  :host([highlight]) { background-color: var(--mentioned) }
  .discord-message-timestamp, .discord-message-edited { color: var(--quiet) }
  .discord-message-edited { font-size: 0.6875rem }
  .discord-message-content { min-width: 0 }
  .discord-message-body { word-break: normal; overflow-wrap: anywhere }
  .discord-author-avatar img { cursor: default }`,
);

skin(
  DiscordAuthorInfo,
  `:host .discord-author-username { color: var(--strong); overflow-wrap: anywhere }
  :host .discord-author-username:hover { text-decoration: none; cursor: default }`,
);

const ABOVE = `:host { color: var(--quiet); font-family: inherit }
  .discord-replied-message-username { color: var(--strong); opacity: 1 }
  .discord-replied-message-username:hover { text-decoration: none; cursor: default }
  .discord-replied-message-content { overflow: hidden; cursor: default }
  .discord-replied-message-content:hover { color: inherit }`;

skin(DiscordReply, ABOVE);

skin(
  DiscordCommand,
  `${ABOVE}
  :host([class]) .discord-slash-command-name, :host([class]) .discord-slash-command-name:hover
    { color: var(--mention-text) !important; background-color: var(--mention) }`,
);

skin(
  DiscordEmbed,
  `:host { color: var(--text); font-size: 0.875rem }
  :host .discord-left-border { background-color: var(--line) }
  :host .discord-embed-wrapper { background-color: var(--card); border-color: var(--line) }
  :host .discord-embed-wrapper .discord-embed-grid { overflow-wrap: anywhere; min-width: 0 }
  :host .discord-embed-root { flex: 0 1 auto }`,
);
