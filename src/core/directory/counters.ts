/** The family of a counter: its name without the server that it counts for (`csn dc=corp 001`, `replicated` and a database). */
export function familyOf(name: string): string {
  return name.slice(0, name.lastIndexOf(' ') + 1);
}
