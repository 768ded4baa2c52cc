import { startScimServer } from '../support/scim-server/server.ts';

/*
 * The bundled SCIM service by itself, in memory, for docs/tutorial.md: node test/demo/target.ts PORT TOKEN
 */
const [port = '', token = ''] = process.argv.slice(2);
const target = await startScimServer({ token, port: Number(port) });
process.stdout.write(`a SCIM service answers at ${target.url} until Ctrl-C\n`);
