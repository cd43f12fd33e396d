import type { Form, Json } from './form.ts';

export type EmbedField = { name: string; value: string; inline: boolean };
export type Embed = {
  type: 'rich';
  title?: string;
  description?: string;
  url?: string;
  timestamp?: string;
  color?: number;
  footer?: { text: string; icon_url?: string };
  author?: { name: string; url?: string; icon_url?: string };
  image?: { url: string };
  thumbnail?: { url: string };
  fields?: EmbedField[];
};

type Path = readonly (string | number)[];

/** The most characters that all embeds of a message may hold together. */
const MAX_TOTAL = 6000;

/** Reads the embeds of a message. Limits: Discord docs, Message, Embed Limits. Surrounding blanks are trimmed. */
export function readEmbeds(form: Form, path: Path, value: unknown): Embed[] | undefined {
  const list = form.list(path, value, { max: 10 });
  if (!list) return undefined;
  const embeds = list.map((each, i) => readEmbed(form, [...path, i], each));
  const total = embeds.reduce((sum, embed) => sum + sizeOf(embed), 0);
  if (total > MAX_TOTAL)
    form.fail(path, 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${MAX_TOTAL}`);
  return embeds;
}

function readEmbed(form: Form, path: Path, value: unknown): Embed {
  const body = form.model(path, value);
  if (!body) return { type: 'rich' };
  const text = (key: string, max: number) => form.text([...path, key], body[key], { max, trim: true });
  const embed = withoutEmpty({
    type: 'rich',
    title: text('title', 256),
    description: text('description', 4096),
    url: form.url([...path, 'url'], body.url),
    timestamp: readTimestamp(form, [...path, 'timestamp'], body.timestamp),
    color: readColor(form, [...path, 'color'], body.color),
    footer: readFooter(form, [...path, 'footer'], body.footer),
    author: readAuthor(form, [...path, 'author'], body.author),
    image: readImage(form, [...path, 'image'], body.image),
    thumbnail: readImage(form, [...path, 'thumbnail'], body.thumbnail),
    fields: readFields(form, [...path, 'fields'], body.fields),
  }) as Embed;
  const { title, description, footer, author, image, thumbnail, fields } = embed;
  if (!title && !description && !footer && !author && !image && !thumbnail && !fields?.length)
    form.required([...path, 'description']);
  return embed;
}

function readFields(form: Form, path: Path, value: unknown): EmbedField[] | undefined {
  const list = form.list(path, value, { max: 25 });
  return list?.map((each, i) => {
    const body = form.model([...path, i], each) ?? {};
    const text = (key: string, max: number) =>
      form.text([...path, i, key], body[key], { max, trim: true, required: true }) ?? '';
    return { name: text('name', 256), value: text('value', 1024), inline: body.inline === true };
  });
}

function readFooter(form: Form, path: Path, value: unknown): Embed['footer'] {
  if (value === undefined || value === null) return undefined;
  const body = form.model(path, value) ?? {};
  const text = form.text([...path, 'text'], body.text, { max: 2048, trim: true, required: true }) ?? '';
  return withoutEmpty({ text, icon_url: form.url([...path, 'icon_url'], body.icon_url) }) as Embed['footer'];
}

function readAuthor(form: Form, path: Path, value: unknown): Embed['author'] {
  if (value === undefined || value === null) return undefined;
  const body = form.model(path, value) ?? {};
  const name = form.text([...path, 'name'], body.name, { max: 256, trim: true, required: true }) ?? '';
  const url = form.url([...path, 'url'], body.url);
  return withoutEmpty({
    name,
    url,
    icon_url: form.url([...path, 'icon_url'], body.icon_url),
  }) as Embed['author'];
}

function readImage(form: Form, path: Path, value: unknown): Embed['image'] {
  if (value === undefined || value === null) return undefined;
  const body = form.model(path, value) ?? {};
  const url = form.url([...path, 'url'], body.url, ['http', 'https', 'attachment']);
  return url ? { url } : form.required([...path, 'url']);
}

function readColor(form: Form, path: Path, value: unknown): number | undefined {
  const color = form.integer(path, value);
  if (color === undefined || (color >= 0 && color <= 0xffffff)) return color;
  return form.fail(path, 'NUMBER_TYPE_MAX', 'int value should be less than or equal to 16777215.');
}

function readTimestamp(form: Form, path: Path, value: unknown): string | undefined {
  const time = form.time(path, value);
  return time === undefined ? undefined : new Date(time).toISOString().replace('Z', '000+00:00');
}

function sizeOf(embed: Embed): number {
  const fields = (embed.fields ?? []).flatMap((field) => [field.name, field.value]);
  const texts = [embed.title, embed.description, embed.footer?.text, embed.author?.name, ...fields];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

function withoutEmpty(object: Json): Json {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value !== ''),
  );
}
