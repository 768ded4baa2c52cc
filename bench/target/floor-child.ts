/** The floor: sends bodies from a file by a bare pool, as fast as it goes. */
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const [url = '', file = '', connections = '32'] = process.argv.slice(2);
const bodies = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(connections), pipelining: 1, allowH2: false });
const headers = { authorization: 'Bearer bench', 'content-type': 'application/scim+json' };
let next = 0;

async function worker(): Promise<void> {
  for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
    const answer = await pool.request({ method: 'POST', path: `${pathname}/Users`, headers, body });
    await answer.body.json();
    if (answer.statusCode !== 201) throw new Error(`answered ${answer.statusCode}`);
  }
}

await Promise.all(Array.from({ length: Number(connections) }, worker));
await pool.close();
