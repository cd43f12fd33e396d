import { type Component, readComponents } from './component-form.ts';
import { type Embed, readEmbeds } from './embed-form.ts';
import { refuse } from './errors.ts';
import { Form, type Json } from './form.ts';

/** Message flags. Source: Discord docs, Message, Message Flags. */
export const FLAGS = {
  SuppressEmbeds: 1 << 2,
  Ephemeral: 1 << 6,
  Loading: 1 << 7,
  SuppressNotifications: 1 << 12,
  ComponentsV2: 1 << 15,
} as const;

export type AllowedMentions = { parse: string[]; users: string[]; roles: string[] };

/** A message body that was found in order. A field that the body did not name is undefined; null became empty. */
export type MessageForm = {
  content?: string | undefined;
  embeds?: Embed[] | undefined;
  components?: Component[] | undefined;
  flags?: number | undefined;
  allowedMentions?: AllowedMentions | undefined;
  nonce?: string | number | undefined;
  enforceNonce: boolean;
};

/**
 * Reads the body of a message to be made or edited.
 * @param base where the message stands in the body: `['data']` for interaction callbacks
 * @throws ApiError 50035 with every offence
 */
export function readMessage(body: Json, base: (string | number)[] = []): MessageForm {
  const form = new Form();
  const flags = form.integer([...base, 'flags'], body.flags);
  if (flags !== undefined && flags & FLAGS.ComponentsV2)
    form.fail([...base, 'flags'], 'SANDBOX_UNSUPPORTED', 'The sandbox has no components v2.');
  const result: MessageForm = {
    content: present(
      body.content,
      form.text([...base, 'content'], body.content, { max: 2000, trim: true }),
      '',
    ),
    embeds: present(body.embeds, readEmbeds(form, [...base, 'embeds'], body.embeds), []),
    components: present(body.components, readComponents(form, [...base, 'components'], body.components), []),
    flags,
    allowedMentions: readAllowedMentions(form, [...base, 'allowed_mentions'], body.allowed_mentions),
    nonce: readNonce(form, [...base, 'nonce'], body.nonce),
    enforceNonce: body.enforce_nonce === true,
  };
  form.done();
  return result;
}

/** @throws ApiError 50006 when nothing would be left to see */
export function refuseEmpty(message: { content?: string; embeds?: Embed[]; components?: Component[] }): void {
  if (!message.content && !message.embeds?.length && !message.components?.length) throw refuse.emptyMessage();
}

/** undefined stays absent, null (or what was refused) becomes empty. */
function present<T>(raw: unknown, read: T | undefined, empty: T): T | undefined {
  return raw === undefined ? undefined : (read ?? empty);
}

function readNonce(form: Form, path: (string | number)[], value: unknown): string | number | undefined {
  if (typeof value === 'number') return value;
  return form.text(path, value, { max: 25 });
}

/** Source: Discord docs, Message, Allowed Mentions Object. */
function readAllowedMentions(
  form: Form,
  path: (string | number)[],
  value: unknown,
): AllowedMentions | undefined {
  if (value === undefined || value === null) return undefined;
  const body = form.model(path, value);
  if (!body) return undefined;
  const parse = (form.list([...path, 'parse'], body.parse, { max: 3 }) ?? []) as string[];
  parse.forEach((each, i) => void form.oneOf([...path, 'parse', i], each, ['users', 'roles', 'everyone']));
  const ids = (key: 'users' | 'roles') => {
    const list = form.list([...path, key], body[key], { max: 100 }) ?? [];
    if (list.length > 0 && parse.includes(key))
      form.fail(
        path,
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${key}"] and ${key}: [ids...] are mutually exclusive.`,
      );
    return list.map((id, i) => form.snowflake([...path, key, i], id) ?? '');
  };
  return { parse, users: ids('users'), roles: ids('roles') };
}
