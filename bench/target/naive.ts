/** What a person writes in an afternoon: looks for one user, creates it, and goes on to the next. Seconds for all bodies. */
export async function sendNaively(url: string, bodies: readonly string[]): Promise<number> {
  const headers = { authorization: 'Bearer bench', 'content-type': 'application/scim+json' };
  const began = performance.now();
  for (const body of bodies) {
    const { userName } = JSON.parse(body) as { userName: string };
    const found = await fetch(`${url}/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`, { headers });
    const { totalResults } = (await found.json()) as { totalResults: number };
    if (totalResults > 0) continue;
    const created = await fetch(`${url}/Users`, { method: 'POST', headers, body });
    if (created.status !== 201) throw new Error(`answered ${created.status}`);
    await created.json();
  }
  return (performance.now() - began) / 1_000;
}
