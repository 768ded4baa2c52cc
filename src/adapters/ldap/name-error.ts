import { BridgeError, type ErrorCode } from '../../core/model/errors.ts';
import type { LdapSourceOptions } from './shared/options.ts';

/** Where in the configuration to look, by what went wrong; empty: the directory as a whole. */
const keys: Partial<Readonly<Record<ErrorCode, string>>> = {
  D2S_DIRECTORY_TLS: '.tls',
  D2S_DIRECTORY_AUTH: '.bind',
  D2S_DIRECTORY_BASE_MISSING: '',
  D2S_DIRECTORY_READ_INCOMPLETE: '',
  D2S_ENTRY_WITHOUT_ID: '',
};

/** The same error, with the directory and the key that it is about. What is not about the directory stays as it is. */
export function nameError(error: unknown, { name, discover }: Pick<LdapSourceOptions, 'name' | 'discover'>): unknown {
  if (!(error instanceof BridgeError)) return error;
  const servers = discover === undefined ? '.urls' : '.discover';
  const key = error.code === 'D2S_DIRECTORY_UNREACHABLE' ? servers : keys[error.code];
  const prefix = `directories.${name}`;
  if (key === undefined || error.message.startsWith(prefix)) return error;
  return new BridgeError(error.code, `${prefix}${key}: ${error.message}`, error.remedy, error, error.said);
}
