import { readFileSync } from 'node:fs';

/** One line of the user database. */
export interface UserRecord {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** Looks up users and groups by what a configuration says. */
export interface Accounts {
  /** A name, else the number of an existing account, else `:1234` for an id that needs no account. */
  user(text: string): UserRecord | undefined;
  /** The group's id, by the same rules. */
  groupId(text: string): number | undefined;
}

/** Accounts of this machine: `/etc/passwd` and `/etc/group`, and `getent` for what they do not know. Read once. */
export function systemAccounts(): Accounts {
  const passwd = lazy(() => parseRecords(readText('/etc/passwd')));
  const group = lazy(() => parseRecords(readText('/etc/group')));
  return {
    user(text) {
      const fields = find({ records: passwd(), database: 'passwd', text });
      if (fields !== undefined)
        return { name: text, uid: Number(fields[2]), gid: Number(fields[3]), home: fields[5] ?? '/' };
      const id = forcedId(text);
      return id === undefined ? undefined : { name: text, uid: id, gid: id, home: '/' };
    },
    groupId(text) {
      const fields = find({ records: group(), database: 'group', text });
      return fields === undefined ? forcedId(text) : Number(fields[2]);
    },
  };
}

interface Search {
  readonly records: readonly (readonly string[])[];
  readonly database: 'passwd' | 'group';
  readonly text: string;
}

function find({ records, database, text }: Search): readonly string[] | undefined {
  const isNumber = /^\d+$/.test(text);
  return (
    records.find((fields) => fields[0] === text) ??
    (isNumber ? records.find((fields) => fields[2] === String(Number(text))) : undefined) ??
    (text.startsWith(':') ? undefined : askNameService(database, text))
  );
}

function askNameService(database: string, text: string): readonly string[] | undefined {
  if (!/^[\w.@$][\w.@$\\-]*$/.test(text)) return undefined;
  try {
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    const output = execFileSync('getent', ['--', database, text], { stdio: ['ignore', 'pipe', 'ignore'] });
    return parseRecords(output.toString())[0];
  } catch {
    return undefined;
  }
}

function forcedId(text: string): number | undefined {
  return /^:\d{1,10}$/.test(text) ? Number(text.slice(1)) : undefined;
}

function parseRecords(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
