import type { Layer } from '../../../core/dialect/layers.ts';
import { BridgeError } from '../../../core/model/errors.ts';
import type { NeededAttributes } from '../../../core/mapping/needed-of-body.ts';
import type { ResourceType } from '../../../core/model/entry.ts';
import type { Auth } from '../auth/auth.ts';
import type { Route } from '../auth/connection.ts';
import { sockets, type Network } from './network.ts';
import type { AnswerMemory } from '../shared/answer-memory.ts';
import type { TargetPlaces } from '../shared/answer-places.ts';

export interface ScimTargetOptions extends Route {
  /** The target's name in the configuration: for messages. */
  readonly name: string;
  /** Base URL, as the vendor gives it: `/Users` is appended to it. Nothing like `/v2` is added. */
  readonly url: string;
  /** Asked before every request, so that secrets may change meanwhile. Closed with the target. */
  readonly auth: Auth;
  /** Requests in flight at most; how fast they leave is a matter of the dialect's `rate`. */
  readonly limits: { readonly concurrency: 'auto' | number };
  /** What the profile and the configuration say about the target's ways, over the values of the RFCs. */
  readonly dialect: readonly Layer[];
  readonly userAgent: string;
  /** What its answers may take of the memory of the process. */
  readonly memory: AnswerMemory;
  /** What is looked at of a resource that was found; undefined while nobody knows, and then all of it is kept. */
  readonly needed: (type: ResourceType) => NeededAttributes | undefined;
  readonly timeouts?: {
    /** From asking for a connection to the last byte of the answer; 30 s unless said. Three times as long for a POST. */
    readonly requestMilliseconds?: number | undefined;
  };
  /** Over sockets, unless said. */
  readonly network?: Network;
  /** Before every request. */
  readonly onSending?: ((method: string) => void) | undefined;
  /** After every request that was sent or tried. Status 0: there was no answer. */
  readonly onRequest: (method: string, status: number, milliseconds: number) => void;
  /** The target asked to be left alone for so long. */
  readonly onThrottled: (milliseconds: number) => void;
  /** A request waited so long for its turn: because of `limits`, or of such a pause. */
  readonly onWaited: (milliseconds: number) => void;
  /** Something was thrown while an answer was worked with: the call has failed, and nothing else. */
  readonly onFault: (thrown: unknown) => void;
}

export interface CheckedOptions extends ScimTargetOptions {
  /** For answers that are longer than usual. */
  readonly places: TargetPlaces;
  readonly origin: string;
  /** Path of the base URL, without a slash at its end. */
  readonly basePath: string;
  /** Requests in flight at most. */
  readonly concurrency: number;
  /** Calls that may run side by side. */
  readonly calls: number;
  readonly requestMilliseconds: number;
  readonly network: Network;
}

/**
 * With 32 in flight, a target that answers within 100 ms gets 300 requests a second, with 8 a mere 76: on a first load
 * the round trip decides, and this side costs next to nothing. It is above every published rate but those of private
 * targets. How many there really are depends on how easily the target takes them (concurrency.ts).
 */
const autoConcurrency = 32;

/** Throws a BridgeError (D2S_CONFIG_INVALID) when the options cannot work. */
export function checkOptions(options: ScimTargetOptions): CheckedOptions {
  const { name, limits } = options;
  const refuse = (what: string, remedy: string): never => {
    throw new BridgeError('D2S_CONFIG_INVALID', `target ${name}: ${what}`, remedy);
  };
  const url = URL.parse(options.url);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return refuse('url is not an http or https address', 'write it like https://host/scim/v2');
  }
  if (url.username !== '' || url.password !== '') return refuse('url contains a login', 'put it under auth');
  if (url.search !== '' || url.hash !== '') return refuse('url has a query or a fragment', 'leave off ? and #');
  const concurrency = limits.concurrency === 'auto' ? autoConcurrency : limits.concurrency;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    return refuse('limits.concurrency is not a whole number above 0', 'set it to auto or, say, 8');
  }
  // While one call waits for its outcome to be durable, another is on the wire. A number is meant as it is.
  const calls = limits.concurrency === 'auto' ? 2 * concurrency : concurrency;
  const requestMilliseconds = options.timeouts?.requestMilliseconds ?? 30_000;
  if (!(requestMilliseconds > 0 && requestMilliseconds < 2 ** 31)) {
    return refuse('timeouts.requestMilliseconds is not a duration', 'leave it out for 30 seconds');
  }
  return {
    ...options,
    places: options.memory.places.open(),
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    concurrency,
    calls,
    requestMilliseconds,
    network: options.network ?? sockets,
  };
}
