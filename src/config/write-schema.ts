import { writeFile } from 'node:fs/promises';
import { editorSchema } from './json-schema.ts';

// Run it after a change of the schema: node src/config/write-schema.ts
await writeFile(new URL('../../config/dir2scim.schema.json', import.meta.url), editorSchema());
