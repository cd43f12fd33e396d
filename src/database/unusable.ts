import { ConfigError } from '../config.ts';
import { messageOf } from '../errors.ts';

/** What Node and PostgreSQL (Appendix A, Error Codes) say when there is no such server, no such database, or no way in. */
const NO_DATABASE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
].concat(['28000', '28P01', '3D000', '42501']);

/** Says of an error that means that there is no usable database what can be done; gives any other back as it is. */
export function explainDatabase(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!NO_DATABASE.includes(code)) return error;
  return new ConfigError(
    `The database at DATABASE_URL cannot be used: ${messageOf(error) || code}. Check that PostgreSQL runs there, and the name, user and password in the address.`,
  );
}
