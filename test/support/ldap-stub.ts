import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A request as the stub sees it. */
export interface StubRequest {
  readonly id: number;
  readonly operation: 'bind' | 'search' | 'unbind' | 'extended';
  /** Base of a search. */
  readonly base: string;
  /** Of a search (RFC 4511 §4.5.1): 0 the entry, 1 those beneath it, 2 the subtree. */
  readonly scope: number;
  /** Of a search: derefAliases, sizeLimit, timeLimit. */
  readonly limits: readonly number[];
  /** Filter of a search, as it was encoded. */
  readonly filter: Buffer;
  /** Attributes that a search asks for. */
  readonly attributes: readonly string[];
  /** Cookie of the paged results control; undefined without the control. */
  readonly cookie: string | undefined;
}

export interface LdapStub {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  /** How many connections there were. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
  close(): Promise<void>;
}

/**
 * A server on loopback that plays an LDAP server for which no real one can be had. Binds succeed, the rootDSE says
 * `rootDse`; what a search gets, `answer` writes to the socket.
 */
export async function createLdapStub(
  rootDse: Readonly<Record<string, readonly string[]>>,
  answer: (request: StubRequest, socket: Socket) => void,
): Promise<LdapStub> {
  const sockets = new Set<Socket>();
  const requests: StubRequest[] = [];
  const serve = (request: StubRequest, socket: Socket): void => {
    if (request.operation === 'bind') socket.write(resultMessage(request.id, 0x61));
    else if (request.operation === 'search' && request.base === '') {
      socket.write(Buffer.concat([entryMessage(request.id, '', rootDse), resultMessage(request.id, 0x65)]));
    } else if (request.operation !== 'unbind') {
      requests.push(request);
      answer(request, socket);
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const message = readTlv(bytes, 0);
        if (message === undefined) return;
        bytes = bytes.subarray(message.end);
        serve(readRequest(message.content), socket);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    url: `ldap://127.0.0.1:${address.port}`,
    requests,
    connections: () => sockets.size,
    open: () => [...sockets].filter((socket) => !socket.closed).length,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A BER value of tag and contents (X.690). */
export function tlv(tag: number, ...contents: (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  const { length } = content;
  const header =
    length < 0x80
      ? [tag, length]
      : [tag, 0x84, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from(header), content]);
}

/** An LDAPMessage around an operation, with controls (RFC 4511 §4.1.1). */
export function message(id: number, operation: Buffer, ...controls: Buffer[]): Buffer {
  const number = Buffer.from([id >>> 8, id & 255]);
  return tlv(0x30, tlv(0x02, number), operation, ...(controls.length === 0 ? [] : [tlv(0xa0, ...controls)]));
}

export function entryMessage(
  id: number,
  dn: string,
  attributes: Readonly<Record<string, readonly (string | Uint8Array)[]>>,
): Buffer {
  const list = Object.entries(attributes).map(([name, values]) =>
    tlv(0x30, tlv(0x04, name), tlv(0x31, ...values.map((value) => tlv(0x04, value)))),
  );
  return message(id, tlv(0x64, tlv(0x04, dn), tlv(0x30, ...list)));
}

export function referenceMessage(id: number, ...uris: string[]): Buffer {
  return message(id, tlv(0x73, ...uris.map((uri) => tlv(0x04, uri))));
}

/** The end of a search (0x65), or another result. With `cookie`, it carries the paged results control (RFC 2696). */
export function resultMessage(id: number, tag = 0x65, code = 0, diagnostic = '', cookie?: string): Buffer {
  const number = code < 0x80 ? [code] : [code >>> 8, code & 255];
  const result = tlv(tag, tlv(0x0a, Buffer.from(number)), tlv(0x04), tlv(0x04, diagnostic));
  if (cookie === undefined) return message(id, result);
  const value = tlv(0x30, tlv(0x02, Buffer.from([0])), tlv(0x04, cookie));
  return message(id, result, tlv(0x30, tlv(0x04, pagedResults), tlv(0x04, value)));
}

export const pagedResults = '1.2.840.113556.1.4.319';

interface Tlv {
  readonly tag: number;
  readonly content: Buffer;
  readonly end: number;
}

function readTlv(bytes: Buffer, offset: number): Tlv | undefined {
  if (bytes.length < offset + 2) return undefined;
  const first = bytes.readUInt8(offset + 1);
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (bytes.length < offset + 2 + count) return undefined;
  const length = count === 0 ? first : bytes.readUIntBE(offset + 2, count);
  const start = offset + 2 + count;
  if (bytes.length < start + length) return undefined;
  return { tag: bytes.readUInt8(offset), content: bytes.subarray(start, start + length), end: start + length };
}

function readAllTlv(bytes: Buffer): Tlv[] {
  const list: Tlv[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const next = readTlv(bytes, offset);
    if (next === undefined) throw new Error('cut short');
    list.push(next);
    offset = next.end;
  }
  return list;
}

function readRequest(content: Buffer): StubRequest {
  const [id, operation, controls] = readAllTlv(content);
  if (id === undefined || operation === undefined) throw new Error('no LDAP message');
  const common = {
    id: id.content.readUIntBE(0, id.content.length),
    base: '',
    scope: 0,
    limits: [],
    filter: Buffer.alloc(0),
    attributes: [],
    cookie: undefined,
  };
  switch (operation.tag) {
    case 0x60:
      return { ...common, operation: 'bind' };
    case 0x42:
      return { ...common, operation: 'unbind' };
    case 0x77:
      return { ...common, operation: 'extended' };
    case 0x63: {
      const fields = readAllTlv(operation.content);
      return {
        ...common,
        operation: 'search',
        base: fields[0]?.content.toString() ?? '',
        scope: fields[1]?.content[0] ?? 0,
        limits: fields.slice(2, 5).map(({ content }) => content.readUIntBE(0, content.length)),
        filter: fields[6]?.content ?? Buffer.alloc(0),
        attributes: readAllTlv(fields[7]?.content ?? Buffer.alloc(0)).map((name) => name.content.toString()),
        cookie: readCookie(controls?.content),
      };
    }
    default:
      throw new Error(`unexpected request 0x${operation.tag.toString(16)}`);
  }
}

function readCookie(controls: Buffer | undefined): string | undefined {
  for (const control of readAllTlv(controls ?? Buffer.alloc(0))) {
    const parts = readAllTlv(control.content);
    if (parts[0]?.content.toString() !== pagedResults) continue;
    const [value] = readAllTlv(parts.at(-1)?.content ?? Buffer.alloc(0));
    return readAllTlv(value?.content ?? Buffer.alloc(0))[1]?.content.toString();
  }
  return undefined;
}
