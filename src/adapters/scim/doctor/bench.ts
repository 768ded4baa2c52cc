import type { Dialect } from '../../../core/dialect/dialect.ts';
import { layDialect, type PartialDialect } from '../../../core/dialect/layers.ts';
import { rfc7644 } from '../../../core/dialect/rfc7644.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { TargetId } from '../../../core/model/link.ts';
import type { Clock } from '../../../ports/clock.ts';
import { endpoints, isRefusal, type Answer, type Body, type Refusal, type ScimRequest } from '../shared/message.ts';
import { listAnswer } from '../shared/bounds.ts';
import { createCreations, type Creations } from './creations.ts';
import type { DoctorConnection } from './line.ts';
import { createTrace, type Trace } from './trace.ts';

/** Someone or something to try things with, as it was sent. */
export interface Specimen {
  readonly id: TargetId;
  readonly name: string;
  readonly externalId: string;
}

/** What trials found that later ones go by. Each is set by one trial. */
export interface Facts {
  /** ServiceProviderConfig. */
  config?: Body | undefined;
  /** What it says of a dialect. */
  discovered: PartialDialect;
  /** User attributes that /Schemas calls required. */
  requiredBySchema: readonly Body[];
  /** What a user needs beside userName and externalId. */
  requiredPart: Body;
  /** SCIM paths that are kept and shown. */
  kept: readonly string[];
  /** SCIM paths that a create took and did not keep. */
  ignored: readonly string[];
  /** The first user that could be made; gone by now. */
  first?: Specimen;
  anna?: Specimen;
  ben?: Specimen;
  crew?: Specimen;
  /** How single attributes are changed. */
  userUpdate?: 'patch' | 'put' | 'put-merge' | 'none';
  groupUpdate?: 'patch' | 'put' | 'none';
  /** Whether a PATCH was ever sent. */
  patchTried?: boolean;
  /** Whether an operation style is known that works for PATCH. */
  patchStyle?: boolean;
  /** Whether a PATCH of `active`, and a PUT with it, do what they say. */
  activeByPatch?: boolean;
  activeByPut?: boolean;
  /** Whether `replace members` was seen to set exactly those. */
  replacesMembers?: boolean;
  searchable: Record<'users' | 'groups', Map<string, boolean>>;
  bulk?: boolean;
  /** Two users who were made in one request. */
  bulkPair?: readonly TargetId[];
  etags?: boolean;
  /** Why nothing more may be tried. */
  stop?: string;
}

/** Where a target lies while it is tried: a way to ask it, and what is known of it. */
export interface Bench {
  /** In the name of everything that is made: `dir2scim-doctor-k3v9x1`. */
  readonly tag: string;
  readonly clock: Clock;
  /** Whether it is all right when something stays behind. */
  readonly allowLeftovers: boolean;
  /** What the configuration says. */
  readonly configured: Dialect;
  readonly creations: Creations;
  readonly facts: Facts;
  readonly trace: Trace;
  /** @throws BridgeError when nothing that is asked makes sense any more */
  readonly ask: (
    method: ScimRequest['method'],
    path: string,
    body?: Body,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer | Refusal>;
  /** What `Location` the last answer had. */
  readonly location: () => string | undefined;
  /** The RFCs, and what was learned. */
  readonly dialect: () => Dialect;
  /** What was learned. */
  readonly says: () => PartialDialect;
  readonly learn: (says: PartialDialect) => void;
  /** A text that nobody had before. */
  readonly fresh: () => string;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export interface BenchOptions {
  /** Of the target, for errors. */
  readonly name: string;
  readonly line: DoctorConnection;
  readonly clock: Clock;
  /** Asked before each request: another one holds while things are removed. */
  readonly signal: () => AbortSignal;
  readonly configured: Dialect;
  readonly allowLeftovers: boolean;
}

export function createBench({ name, line, clock, signal, configured, allowLeftovers }: BenchOptions): Bench {
  let said: PartialDialect = {};
  let texts = 0;
  let silences = 0;
  const trace = createTrace();
  const facts: Facts = {
    discovered: {},
    requiredBySchema: [],
    requiredPart: {},
    kept: [],
    ignored: [],
    searchable: { users: new Map(), groups: new Map() },
  };
  const tag = `dir2scim-doctor-${Math.floor(clock.random() * 36 ** 6)
    .toString(36)
    .padStart(6, '0')}`;
  return {
    tag,
    clock,
    allowLeftovers,
    configured,
    creations: createCreations(),
    trace,
    facts,
    async ask(method, path, body, headers) {
      const request = {
        method,
        path,
        subject: subjectOf(path),
        maxBytes: listAnswer,
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { headers }),
      };
      if (method === 'PATCH') facts.patchTried = true;
      const answer = await line.exchange(request, signal());
      trace.note(request, answer);
      silences = isRefusal(answer) && answer.status === undefined ? silences + 1 : 0;
      checkStanding(name, answer, silences);
      return answer;
    },
    location: () => line.location(),
    dialect: () => layDialect(rfc7644, [{ origin: 'learned', says: said }]),
    says: () => said,
    learn(says) {
      said = join(said, says);
      line.speak(layDialect(configured, [{ origin: 'learned', says: said }]));
    },
    fresh: () => `Trial ${(texts += 1)}`,
    wait: (milliseconds) => clock.sleep(milliseconds, signal()),
  };
}

/** So many requests in a row without any answer are no matter of what was asked. */
const mostSilences = 3;

/** Without credentials, or without a target, every further trial would only say so again. @throws BridgeError */
function checkStanding(name: string, answer: Answer | Refusal, silences: number): void {
  if (!isRefusal(answer)) return;
  if (answer.status === 401) {
    throw new BridgeError(
      'D2S_TARGET_AUTH',
      `target ${name} refuses our credentials (HTTP 401)`,
      'check the token of this target and what it may do',
    );
  }
  if (silences >= mostSilences || (answer.class === 'throttled' && answer.status === undefined)) {
    throw new BridgeError(
      'D2S_TARGET_UNREACHABLE',
      `target ${name} does not answer any more (${answer.detail})`,
      'look at the target and the network between, and try again',
    );
  }
}

function subjectOf(path: string): ScimRequest['subject'] {
  if (Object.values(endpoints).some((endpoint) => path.startsWith(`${endpoint}/`) && path.length > endpoint.length + 1))
    return 'resource';
  return /^\/(?:Users|Groups|Bulk)(?:[/?]|$)/.test(path) ? 'endpoint' : 'discovery';
}

/** Two partial dialects in one, the later one on top. */
function join(first: PartialDialect, then: PartialDialect): PartialDialect {
  const keys = new Set([...Object.keys(first), ...Object.keys(then)]);
  return Object.fromEntries(
    [...keys].map((key): [string, unknown] => {
      const a: unknown = Reflect.get(first, key);
      const b: unknown = Reflect.get(then, key);
      const isSection = key !== 'headers' && isObject(a) && isObject(b);
      return [key, isSection ? { ...a, ...b } : (b ?? a)];
    }),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
