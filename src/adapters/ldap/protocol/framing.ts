import { largestMessage } from '../shared/bounds.ts';
import { MalformedMessage, berTags, readHeader } from './ber.ts';

export interface Framing {
  /** Takes what the socket gave and returns the messages that became complete, each with its header. */
  push(chunk: Buffer): Buffer[];
  /** True when part of a message is waiting for its rest. */
  readonly pending: boolean;
}

/**
 * Cuts a byte stream into LDAP messages (RFC 4511 §5.1: one BER sequence each). Parts are joined once, when the
 * message is complete, so that a group with 100,000 members costs linear time. Throws MalformedMessage.
 */
export function createFraming(): Framing {
  let parts: Buffer[] = [];
  let size = 0;
  let needed = 2;

  return {
    get pending() {
      return size > 0;
    },
    push(chunk) {
      parts.push(chunk);
      size += chunk.length;
      if (size < needed) return [];
      const bytes = parts.length === 1 ? chunk : Buffer.concat(parts, size);
      const messages: Buffer[] = [];
      let offset = 0;
      needed = 2;
      while (offset < bytes.length) {
        const header = readHeader(bytes, offset);
        if (bytes[offset] !== berTags.sequence) throw new MalformedMessage('this is not LDAP');
        if (header === undefined) {
          needed = bytes.length - offset + 1;
          break;
        }
        if (header.length > largestMessage) throw new MalformedMessage(`a message of ${header.length} bytes`);
        const end = offset + header.size + header.length;
        if (end > bytes.length) {
          needed = end - offset;
          break;
        }
        messages.push(bytes.subarray(offset, end));
        offset = end;
      }
      parts = offset < bytes.length ? [bytes.subarray(offset)] : [];
      size = bytes.length - offset;
      return messages;
    },
  };
}
