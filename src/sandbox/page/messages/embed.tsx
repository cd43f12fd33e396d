import type { Embed } from '../../discord/embed-form.ts';
import { formatTime } from '../times.ts';
import { Link } from './links.tsx';
import { Markdown } from './markdown.tsx';

/** An embed. Names and titles are children and not attributes: as attributes, the component would read emoji in them. */
export function EmbedCard({ embed }: { embed: Embed }) {
  const { author, title, url, description, fields = [], footer, timestamp, color } = embed;
  return (
    <discord-embed
      slot="embeds"
      color={color === undefined ? undefined : `#${color.toString(16).padStart(6, '0')}`}
      image={withoutRequest(embed.image?.url)}
      thumbnail={withoutRequest(embed.thumbnail?.url)}
    >
      {author && (
        <div slot="description" class="embed-author">
          <Link target={author.url ?? ''}>{author.name}</Link>
        </div>
      )}
      {title && (
        <div slot="description" class="embed-title">
          <Link target={url ?? ''}>
            <Markdown text={title} />
          </Link>
        </div>
      )}
      {description && (
        <discord-embed-description slot="description">
          <Markdown text={description} />
        </discord-embed-description>
      )}
      {fields.length > 0 && (
        <discord-embed-fields slot="fields">
          {fields.map(({ name, value, inline }, i) => (
            <discord-embed-field
              key={`${i} ${name}`}
              inline={inline}
              inlineIndex={inline ? columnOf(fields, i) : undefined}
            >
              <div class="embed-field-name">
                <Markdown text={name} />
              </div>
              <Markdown text={value} />
            </discord-embed-field>
          ))}
        </discord-embed-fields>
      )}
      {(footer || timestamp) && (
        <discord-embed-footer slot="footer">
          {[footer?.text, timestamp && formatTime(Date.parse(timestamp), 'f')].filter(Boolean).join(' • ')}
        </discord-embed-footer>
      )}
    </discord-embed>
  );
}

/** Fields in line stand side by side, up to three. */
function columnOf(fields: { inline: boolean }[], at: number): number {
  const before = fields.slice(0, at).findLastIndex(({ inline }) => !inline);
  return ((at - before - 1) % 3) + 1;
}

/** A picture's address, where it holds the picture itself: no request may leave the machine. */
function withoutRequest(url: string | undefined): string | undefined {
  return url?.startsWith('data:image/') ? url : undefined;
}
