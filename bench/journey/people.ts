/** Made-up people and groups as LDIF for slapd; the same for the same numbers. */
export function* companyLdif(users: number, groups: number, suffix: string): Generator<string> {
  for (const ou of ['people', 'groups']) yield `dn: ou=${ou},${suffix}\nobjectClass: organizationalUnit\nou: ${ou}\n\n`;
  for (let index = 0; index < users; index += 1) yield person(index, suffix);
  for (let index = 0; index < groups; index += 1) {
    const members = Array.from(
      { length: 20 },
      (_, at) => `member: uid=u${(index * 20 + at) % users},ou=people,${suffix}`,
    );
    yield `dn: cn=team-${index},ou=groups,${suffix}\nobjectClass: groupOfNames\ncn: team-${index}\n${members.join('\n')}\n\n`;
  }
}

const given = ['Ada', 'Bruno', 'Chloe', 'Dario', 'Elif', 'Femke', 'Goran', 'Hana', 'Ivo', 'Jara'];
const family = ['Almeida', 'Brandt', 'Costa', 'Dimitrov', 'Eriksen', 'Farkas', 'Gruber', 'Horvat', 'Ivanov', 'Jansen'];

function person(index: number, suffix: string): string {
  const first = given[index % 10] ?? '';
  const last = `${family[Math.floor(index / 10) % 10] ?? ''}${index}`;
  const manager = index % 10 === 9 ? `manager: uid=u${Math.floor(index / 100)},ou=people,${suffix}\n` : '';
  return `dn: uid=u${index},ou=people,${suffix}
objectClass: inetOrgPerson
uid: u${index}
cn: ${first} ${last}
givenName: ${first}
sn: ${last}
displayName: ${first} ${last}
mail: u${index}@example.org
title: Engineer ${index % 7}
departmentNumber: D${index % 40}
employeeNumber: ${100_000 + index}
telephoneNumber: +49 30 ${index}
${manager}
`;
}
