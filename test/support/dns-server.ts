import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { SrvRecord } from '../../src/adapters/ldap/connect/srv-order.ts';

/** What a name gets: records, a response code (RFC 1035 §4.1.1: 2 server failure, 3 no such name), or no answer at all. */
export type DnsAnswer = readonly SrvRecord[] | { readonly code: number } | 'silence';

export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** What names get, in lower case; what is not in it does not exist. Changed by tests. */
  readonly zone: Map<string, DnsAnswer>;
  /** Names that were asked for, in order. */
  readonly questions: string[];
  close(): Promise<void>;
}

/** A DNS server on loopback that knows SRV records only. */
export async function startDnsServer(zone: Readonly<Record<string, DnsAnswer>> = {}): Promise<DnsServer> {
  const known = new Map(Object.entries(zone));
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const { name, end } = readName(message, 12);
    questions.push(name);
    const answer = known.get(name.toLowerCase()) ?? { code: 3 };
    if (answer === 'silence') return;
    const code = 'code' in answer ? answer.code : 0;
    const records = 'code' in answer ? [] : answer;
    const header = Buffer.alloc(12);
    header.writeUInt16BE(message.readUInt16BE(0), 0);
    header.writeUInt16BE(0x8580 | code, 2); // an authoritative answer, with recursion
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const question = message.subarray(12, end + 4);
    socket.send(Buffer.concat([header, question, ...records.map(printRecord)]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    zone: known,
    questions,
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** RFC 2782: priority, weight, port, target. The name of the record points back to the question (RFC 1035 §4.1.4). */
function printRecord({ name, port, priority, weight }: SrvRecord): Buffer {
  const data = Buffer.concat([Buffer.alloc(6), printName(name)]);
  data.writeUInt16BE(priority, 0);
  data.writeUInt16BE(weight, 2);
  data.writeUInt16BE(port, 4);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(33, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function printName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.of(0),
  ]);
}

function readName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}
