/** A SCIM server for testing clients, as data says that it is: the one import. */
export { behaviourOf, type Behaviour, type PartialBehaviour } from './behaviour.ts';
export { faultFor, html, type Fault, type Faults, type ScimRequestRecord } from './faults.ts';
export { inProcess, type InProcess } from './in-process.ts';
export type { Outcome, Received } from './message.ts';
export { startScimServer, type ScimServer, type ScimServerOptions } from './server.ts';
export {
  createScimService,
  type EarlyRequest,
  type RecordedRequest,
  type ScimService,
  type ScimServiceOptions,
} from './service.ts';
export { isVendorName, vendors, type VendorName } from './vendors.ts';
