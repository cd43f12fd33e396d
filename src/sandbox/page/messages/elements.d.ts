import type { DiscordCommand } from '@skyra/discord-components-core/discord-command.js';
import type { DiscordEmbed } from '@skyra/discord-components-core/discord-embed.js';
import type { DiscordEmbedField } from '@skyra/discord-components-core/discord-embed-field.js';
import type { DiscordMention } from '@skyra/discord-components-core/discord-mention.js';
import type { DiscordMessage } from '@skyra/discord-components-core/discord-message.js';
import type { DiscordReply } from '@skyra/discord-components-core/discord-reply.js';
import type { HTMLAttributes } from 'preact';

type Plain = HTMLAttributes<HTMLElement>;
type Own<E, K extends keyof E> = Omit<Plain, K> & Partial<Pick<E, K>>;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'discord-messages': Plain;
      'discord-message': Own<
        DiscordMessage,
        'author' | 'avatar' | 'bot' | 'edited' | 'highlight' | 'timestamp'
      >;
      'discord-command': Own<DiscordCommand, 'author' | 'avatar' | 'command' | 'type'>;
      'discord-reply': Own<DiscordReply, 'author' | 'avatar'>;
      'discord-embed': Own<DiscordEmbed, 'color' | 'image' | 'thumbnail'>;
      'discord-embed-description': Plain;
      'discord-embed-fields': Plain;
      'discord-embed-field': Own<DiscordEmbedField, 'inline' | 'inlineIndex'>;
      'discord-embed-footer': Plain;
      'discord-action-row': Plain;
      'discord-mention': Own<DiscordMention, 'type'>;
      'discord-time': Plain;
    }
  }
}
