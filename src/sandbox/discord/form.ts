import { ApiError } from './errors.ts';

export type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Collects what is wrong with a request body and refuses it as a whole, with the errors nested as the body is.
 * Source: Discord docs, Reference, Error Messages.
 */
export class Form {
  readonly #errors: { path: Path; code: string; message: string }[] = [];

  fail(path: Path, code: string, message: string): undefined {
    this.#errors.push({ path, code, message });
    return undefined;
  }

  required(path: Path): undefined {
    return this.fail(path, 'BASE_TYPE_REQUIRED', 'This field is required');
  }

  /** A string within its bounds; undefined when it is absent (or null). */
  text(
    path: Path,
    value: unknown,
    rules: { min?: number; max: number; required?: boolean; trim?: boolean },
  ): string | undefined {
    if (value === undefined || value === null) return rules.required ? this.required(path) : undefined;
    if (typeof value !== 'string' && typeof value !== 'number')
      return this.fail(path, 'STRING_TYPE_CONVERT', `Could not interpret "${String(value)}" as string.`);
    const text = rules.trim ? String(value).trim() : String(value);
    const min = rules.min ?? 0;
    if (rules.required && text.length === 0) return this.required(path);
    if (min > 0 && (text.length < min || text.length > rules.max))
      return this.fail(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${rules.max} in length.`);
    if (text.length > rules.max)
      return this.fail(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${rules.max} or fewer in length.`);
    return text;
  }

  /** An array within its bounds; undefined when it is absent (or null). */
  list(path: Path, value: unknown, rules: { min?: number; max: number }): unknown[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value))
      return this.fail(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
    if (value.length > rules.max)
      return this.fail(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${rules.max} or fewer in length.`);
    if (value.length < (rules.min ?? 0))
      return this.fail(
        path,
        'BASE_TYPE_BAD_LENGTH',
        `Must be between ${rules.min} and ${rules.max} in length.`,
      );
    return value;
  }

  /** An object; anything else is refused. */
  model(path: Path, value: unknown): Json | undefined {
    if (isJson(value)) return value;
    return this.fail(path, 'MODEL_TYPE_CONVERT', 'Only dictionaries may be used in a ModelType');
  }

  integer(path: Path, value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' ? Number(value) : value;
    if (Number.isInteger(number)) return number as number;
    return this.fail(path, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not int.`);
  }

  /** A time in ms; undefined when it is absent (or null). */
  time(path: Path, value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined;
    const ms = Date.parse(String(value));
    if (!Number.isNaN(ms)) return ms;
    return this.fail(path, 'DATE_TIME_TYPE_PARSE', `Could not parse ${String(value)}. Should be ISO8601.`);
  }

  snowflake(path: Path, value: unknown): string | undefined {
    if (/^\d{1,20}$/.test(String(value))) return String(value);
    return this.fail(path, 'NUMBER_TYPE_COERCE', `Value "${String(value)}" is not snowflake.`);
  }

  oneOf<T extends string | number>(path: Path, value: unknown, choices: readonly T[]): T | undefined {
    if (choices.includes(value as T)) return value as T;
    const list = choices.map((choice) => `'${choice}'`).join(', ');
    return this.fail(path, 'BASE_TYPE_CHOICES', `Value must be one of {${list}}.`);
  }

  url(path: Path, value: unknown, schemes = ['http', 'https']): string | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string' && URL.canParse(value)) {
      if (schemes.includes(new URL(value).protocol.slice(0, -1))) return value;
      const list = schemes.map((scheme) => `'${scheme}'`).join(', ');
      return this.fail(
        path,
        'URL_TYPE_INVALID_SCHEME',
        `Scheme "${new URL(value).protocol.slice(0, -1)}" is not supported. Scheme must be one of (${list}).`,
      );
    }
    return this.fail(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  }

  /** @throws ApiError 50035 when anything was wrong */
  done(): void {
    if (this.#errors.length === 0) return;
    const errors: Json = {};
    for (const { path, code, message } of this.#errors) {
      let node = errors;
      for (const key of path) {
        node[key] ??= {};
        node = node[key] as Json;
      }
      node._errors ??= [];
      (node._errors as Json[]).push({ code, message });
    }
    throw new ApiError(400, 50035, 'Invalid Form Body', { errors });
  }
}
