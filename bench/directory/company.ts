/** Made-up people and groups as LDIF; the same for the same numbers. */

export interface CompanySize {
  readonly users: number;
  readonly groups: number;
}

/** What is asked of each entry: twenty attributes of a person, and what a group has. */
export const askedAttributes = {
  user: new Set([
    'uid',
    'cn',
    'sn',
    'givenname',
    'displayname',
    'mail',
    'title',
    'departmentnumber',
    'employeenumber',
    'employeetype',
    'telephonenumber',
    'mobile',
    'facsimiletelephonenumber',
    'street',
    'l',
    'st',
    'postalcode',
    'o',
    'preferredlanguage',
    'manager',
  ]),
  group: new Set(['cn', 'description', 'member']),
};

const largestGroup = 6_000;
const given = ['Ada', 'Björn', 'Chloé', 'Đorđe', 'Elif', 'Fürst', 'Γιώργος', 'Hana', 'Иван', '愛子'];
const family = ['Almeida', 'Brandt', 'Čapek', 'Dimitrov', 'Eriksen', 'Fønsmark', 'Gruber', 'Horvat', 'Ñandú', 'Jansen'];
const cities = ['Köln', 'Łódź', 'Porto', 'Zürich', 'Málaga', 'Oslo', 'Bern'];

/** People and groups, group n holding group n + 1 where a tenth starts, and one with 6,000 members. */
export function* company({ users, groups }: CompanySize, suffix: string): Generator<string> {
  for (const ou of ['people', 'groups']) yield `dn: ou=${ou},${suffix}\nobjectClass: organizationalUnit\nou: ${ou}\n\n`;
  for (let index = 0; index < users; index += 1) yield person(index, suffix);
  for (let index = 0; index < groups; index += 1) {
    const count = index === 0 ? Math.min(largestGroup, users) : Math.min(20, users);
    const members = Array.from({ length: count }, (_, at) => userDn((index * 20 + at) % users, suffix));
    if (index % 10 !== 9 && index + 1 < groups) members.push(groupDn(index + 1, suffix));
    yield record(groupDn(index, suffix), [
      ['objectClass', 'groupOfNames'],
      ['cn', groupName(index)],
      ['description', `Everybody of équipe ${index}`],
      ...members.map((dn) => ['member', dn] as const),
    ]);
  }
}

/** The change record that gives a person another title. */
export function changeTitle(index: number, title: string, suffix: string): string {
  return `dn: ${userDn(index, suffix)}\nchangetype: modify\nreplace: title\ntitle: ${title}\n`;
}

export function deletion(index: number, suffix: string): string {
  return `dn: ${userDn(index, suffix)}\nchangetype: delete\n`;
}

function userDn(index: number, suffix: string): string {
  return `uid=u${index},ou=people,${suffix}`;
}

function groupDn(index: number, suffix: string): string {
  return `cn=${groupName(index)},ou=groups,${suffix}`;
}

function groupName(index: number): string {
  return `${index % 5 === 0 ? 'équipe' : 'team'}-${index}`;
}

function person(index: number, suffix: string): string {
  const first = given[index % 10] ?? '';
  const last = `${family[Math.floor(index / 10) % 10] ?? ''} ${index}`;
  return record(userDn(index, suffix), [
    ['objectClass', 'inetOrgPerson'],
    ['uid', `u${index}`],
    ['cn', `${first} ${last}`],
    ['sn', last],
    ['givenName', first],
    ['displayName', `${last}, ${first}`],
    ['mail', `u${index}@example.org`],
    ['title', `Engineer ${index % 7}`],
    ['departmentNumber', `D${index % 40}`],
    ['employeeNumber', String(100_000 + index)],
    ['employeeType', index % 9 === 0 ? 'contractor' : 'employee'],
    ['telephoneNumber', `+49 30 ${index}`],
    ['mobile', `+49 170 ${index}`],
    ['facsimileTelephoneNumber', `+49 31 ${index}`],
    ['street', `Hauptstraße ${index % 300}`],
    ['l', cities[index % cities.length] ?? ''],
    ['st', 'Nordrhein-Westfalen'],
    ['postalCode', String(10_000 + (index % 80_000))],
    ['o', 'Example Aktiengesellschaft'],
    ['preferredLanguage', index % 3 === 0 ? 'de' : 'en'],
    ...(index === 0 ? [] : [['manager', userDn(Math.floor(index / 10), suffix)] as const]),
  ]);
}

/** RFC 2849: what is not plain ASCII travels as base64. */
function record(dn: string, attributes: readonly (readonly [string, string])[]): string {
  return `${[['dn', dn] as const, ...attributes].map(([name, value]) => line(name, value)).join('\n')}\n\n`;
}

function line(name: string, value: string): string {
  return /^[!-~][ -~]*$/.test(value) && !/^[:<]/.test(value)
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value).toString('base64')}`;
}
