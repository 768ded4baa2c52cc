/** A SCIM server for testing clients, as data says that it is: the one import. */
export { behaviourOf, type Behaviour, type PartialBehaviour } from './behaviour.ts';
export { faultFor, html, type Fault, type Faults, type ScimRequestRecord } from './faults.ts';
export {
  startScimServer,
  type EarlyRequest,
  type RecordedRequest,
  type ScimServer,
  type ScimServerOptions,
} from './server.ts';
export { isVendorName, vendors, type VendorName } from './vendors.ts';
