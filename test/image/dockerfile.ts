/** One instruction of a Dockerfile, as https://docs.docker.com/reference/dockerfile/ has them. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** `--from=build` and the like, by name without the dashes. */
  readonly flags: ReadonlyMap<string, string>;
  /** What follows, with its variables as they are written. */
  readonly rest: string;
}

/** Lines that end in a backslash go on; comments and empty lines say nothing. */
export function parseDockerfile(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll('\\\n', ' ')
    .split('\n');
  return lines.map((line) => {
    const [, name = '', after = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    const flags = new Map<string, string>();
    let rest = after;
    for (let found = /^--([\w-]+)=(\S+)\s+/.exec(rest); found !== null; found = /^--([\w-]+)=(\S+)\s+/.exec(rest)) {
      flags.set(found[1] ?? '', found[2] ?? '');
      rest = rest.slice(found[0].length);
    }
    return { name: name.toUpperCase(), flags, rest };
  });
}

/** `KEY=value KEY="several words"`. */
export function pairsOf(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))/g)].map(([, key = '', quoted, bare]) => [
    key,
    quoted ?? bare ?? '',
  ]);
}

/** `${NAME}` and `$NAME`. @throws Error for one that nobody has set */
export function withVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (_all, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = variables.get(name);
    if (value === undefined) throw new Error(`the Dockerfile uses ${name}, which nothing in this stage sets`);
    return value;
  });
}

/** A list as JSON: the form that needs no shell. @throws Error for the other form */
export function execForm(text: string): readonly string[] {
  if (!text.startsWith('[')) throw new Error(`needs a shell: ${text}`);
  return JSON.parse(text) as readonly string[];
}

/** What `.dockerignore` leaves of the context: the last pattern that fits a path decides. */
export function contextFilter(ignore: string): (path: string) => boolean {
  const patterns = ignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    let isThere = true;
    for (const line of patterns) {
      const pattern = line.replace(/^!/, '');
      if (pattern === '**' || path === pattern || path.startsWith(`${pattern}/`)) isThere = line.startsWith('!');
    }
    return isThere;
  };
}
