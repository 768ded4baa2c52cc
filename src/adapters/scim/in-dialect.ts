import { inBulk } from './bulk/bulk.ts';
import type { TargetDialect } from './dialect/target-dialect.ts';
import type { Exchange } from './shared/message.ts';
import { inProtocol } from './dialect/scim-1-1.ts';
import { inLearnedForm } from './dialect/wire-form.ts';

/** Says requests of SCIM 2.0 as a target wants them: joined, in its protocol, with its headers. */
export function inDialect(exchange: Exchange, targetDialect: TargetDialect): Exchange {
  const dialect = () => targetDialect.current();
  return inBulk(inProtocol(inLearnedForm(exchange, targetDialect), dialect), targetDialect);
}
