import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Accounts } from '../../../packages/plugin-logrotate/src/names/accounts.ts';
import { parseText } from '../../../packages/plugin-logrotate/src/language/parse.ts';
import { type Report, renderReport } from '../../../packages/plugin-logrotate/src/language/report.ts';
import {
  DEFAULT_RULES,
  type LogBlock,
  type RotationRules,
} from '../../../packages/plugin-logrotate/src/language/rules.ts';
import { Session } from '../../../packages/plugin-logrotate/src/language/session.ts';

/** Accounts that are the same on every machine. */
export const accounts: Accounts = {
  user: (text) => {
    const uid = { root: 0, daemon: 1, www: 33 }[text] ?? (text === '33' ? 33 : undefined);
    return uid === undefined ? undefined : { name: text, uid, gid: uid, home: `/home/${text}` };
  },
  groupId: (text) => ({ root: 0, adm: 4, www: 33 })[text],
};

/** What a text gives without touching a file: blocks, the rules after it, the messages that are no debug messages. */
export function parse(text: string): {
  readonly blocks: readonly LogBlock[];
  readonly rules: RotationRules;
  readonly messages: readonly string[];
  readonly hasFailed: boolean;
} {
  const reports: Report[] = [];
  const session = new Session({
    accounts,
    report: (report) => reports.push(report),
    glob: (path) => [{ path, isDirectory: false }],
    checkOldDirectory: () => undefined,
  });
  const { rules } = parseText(session, { text, file: 'f', rules: DEFAULT_RULES, depth: 0 });
  const messages = reports.filter(({ level }) => level !== 'debug').map(renderReport);
  return { blocks: session.blocks, rules, messages, hasFailed: session.hasFailed };
}

/** A directory that is gone after each test. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'tappet-logrotate-unit-'));
    made.push(directory);
    return directory;
  };
}
