import * as z from 'zod';
import { configurationSchema } from './schema/configuration.ts';

/**
 * The JSON Schema with which editors complete and check the configuration file. It knows structure, values and
 * defaults; expressions, DNs and what depends on several keys are checked when the file is loaded. Draft 7 is what the
 * YAML language servers read.
 */
export function editorSchema(): string {
  const schema = z.toJSONSchema(configurationSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'Configuration of dir2scim', ...schema }, null, 2)}\n`;
}
