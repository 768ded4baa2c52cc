import { readScimPath, scimPath, shortPath } from '../core/mapping/scim-path.ts';
import type { AdoptOperation, AttributeChange, Operation, RelinkOperation } from '../core/model/plan.ts';
import { Reference, type DesiredValue } from '../core/model/resource.ts';
import { count } from '../core/wording/count.ts';
import { verbsInOrder } from '../core/wording/operation-counts.ts';
import { fit, fitParts } from './layout.ts';
import { nameOf, valueBefore, type KnownAccounts } from '../bridge/known-accounts.ts';
import { printable } from '../core/wording/foreign.ts';

/**
 * Whether somebody may lose access, get it back, or become another one's by it: such operations come first and are never
 * left out of a list. Of groups, it is those that lose members.
 */
export function isRisky(operation: Operation): boolean {
  switch (operation.verb) {
    case 'delete':
    case 'deactivate':
    case 'reactivate':
    case 'adopt':
    case 'relink':
      return true;
    case 'members':
      return operation.remove.length > 0;
    case 'create':
    case 'update':
      return false;
  }
}

/** What is risky first; then by verb, users before groups, and by name. */
export function inReadingOrder(operations: readonly Operation[]): Operation[] {
  const rank = (operation: Operation) =>
    (isRisky(operation) ? 0 : 100) + verbsInOrder.indexOf(operation.verb) * 2 + (operation.type === 'user' ? 0 : 1);
  const collator = new Intl.Collator('en', { numeric: true });
  return [...operations].sort((a, b) => rank(a) - rank(b) || collator.compare(a.label, b.label) || a.stage - b.stage);
}

/** An operation in at most two lines: what, whom and why, and below it what it carries. */
export interface OperationText {
  readonly verb: string;
  readonly subject: string;
  readonly reason: string;
  readonly content: string | undefined;
}

/** Of a name, so much is always shown: a source id is told from others by its end. */
const leastName = 36;

/** Room for the verb, and for the type, in front of a name. */
const verbWidth = 10;
const typeWidth = 5;

/** @param width columns for each of the two lines */
export function operationText(operation: Operation, known: KnownAccounts, width: number): OperationText {
  const { verb, type, label, reason } = operation;
  const head = `${type.padEnd(typeWidth)} `;
  const room = width - verbWidth - 1 - head.length;
  const name = fit(printable(label), Math.max(leastName, room - printable(reason).length - 2));
  const parts = contentParts(operation, known);
  return {
    verb: verb.padEnd(verbWidth),
    subject: head + name,
    reason: fit(printable(reason), Math.max(10, room - name.length - 2)),
    content: parts.length === 0 ? undefined : fitParts(parts, width - verbWidth - 1),
  };
}

/** What an operation carries, part by part. */
export function contentParts(operation: Operation, known: KnownAccounts): string[] {
  const { sourceId } = operation;
  switch (operation.verb) {
    case 'create':
      return [...operation.attributes].flatMap(([path, value]) =>
        value === null || path === 'externalId' ? [] : [`${shortPath(path)}: ${valueText(value, known)}`],
      );
    case 'adopt':
      return [
        ...(operation.leftDisabled === true ? ['stays switched off there (reactivateAdopted: false)'] : []),
        ...takeoverParts(operation, known),
        ...strangerParts(operation, known),
      ];
    case 'relink':
      return takeoverParts(operation, known);
    case 'update':
    case 'reactivate':
      return operation.changes.map((change) => changeText(sourceId, change, known));
    case 'members':
      return [
        ...membersParts(
          'leave',
          operation.remove.map((id) => nameOf(id, known)),
        ),
        ...membersParts(
          'join',
          operation.add.map((id) => nameOf(id, known)),
        ),
      ];
    case 'deactivate':
    case 'delete':
      return [];
  }
}

/** That the account gets the entry's id goes without saying; values of somebody else's that are written over come first. */
function takeoverParts({ sourceId, changes }: AdoptOperation | RelinkOperation, known: KnownAccounts): string[] {
  const writesOver = (change: AttributeChange): boolean => change.change === 'clear' || change.had;
  const told = changes.filter(({ path }) => path !== 'externalId');
  return [...told.filter(writesOver), ...told.filter((change) => !writesOver(change))].map((change) =>
    changeText(sourceId, change, known),
  );
}

function changeText(sourceId: string, change: AttributeChange, known: KnownAccounts): string {
  const path = shortPath(change.path);
  const before = valueBefore(sourceId, change.path, known);
  const after = change.change === 'clear' ? noValue : valueText(change.value, known);
  const isReference = change.change === 'set' && change.value instanceof Reference;
  if (before !== undefined)
    return `${path}: ${before === null ? noValue : heldText(before, isReference, known)} → ${after}`;
  if (change.change === 'clear') return `${path}: cleared`;
  return change.had ? `${path}: → ${after}` : `${path}: ${after}`;
}

const noValue = '(none)';

/** The first word is said once: `leave: ada, bjorn`. Whoever has no name is counted. */
function membersParts(what: 'leave' | 'join', names: readonly (string | undefined)[]): string[] {
  const known = names
    .flatMap((name) => (name === undefined ? [] : [printable(name)]))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const nameless = names.length - known.length;
  const parts =
    nameless === 0
      ? known
      : [...known, known.length === 0 ? count(nameless, 'member') : `${nameless} without a known name`];
  return parts.map((part, index) => (index === 0 ? `${what}: ${part}` : part));
}

function strangerParts(
  { strangers = [], strangersLeave = false }: AdoptOperation,
  { accounts }: KnownAccounts,
): string[] {
  if (strangers.length === 0) return [];
  const names = strangers.map((id) => printable(accounts.get(id) ?? id)).sort();
  return [
    `${count(names.length, 'member')} that the directory does not have ${strangersLeave ? 'removed' : 'kept'}: ${names[0] ?? ''}`,
    ...names.slice(1),
  ];
}

/** A value in one line; long texts are cut, control characters tamed, since they come from the directory. */
export function valueText(value: DesiredValue, known: KnownAccounts): string {
  if (value instanceof Reference) return printable(known.names.get(value.id) ?? value.id);
  return fit(printable(typeof value === 'string' ? value : JSON.stringify(value)), longestValue);
}

/** Of a value, as much as tells two apart. */
const longestValue = 48;

/** What a target holds; a reference as the name of whom it points at. */
function heldText(held: unknown, isReference: boolean, { accounts }: KnownAccounts): string {
  if (
    typeof held === 'object' &&
    held !== null &&
    !Array.isArray(held) &&
    'value' in held &&
    typeof held.value === 'string'
  ) {
    const shown = readScimPath({ ...held }, scimPath('displayName'));
    return fit(printable(accounts.get(held.value) ?? (typeof shown === 'string' ? shown : held.value)), longestValue);
  }
  const text = typeof held === 'string' ? held : JSON.stringify(held);
  return fit(printable(isReference ? (accounts.get(text) ?? text) : text), longestValue);
}
