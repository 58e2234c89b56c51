import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMonit } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing } from './tools.ts';

interface Verdicts {
  readonly verdicts: readonly (readonly [accepted: 0 | 1, text: string])[];
}

const { verdicts } = JSON.parse(
  readFileSync(new URL('../../fixtures/monit/verdicts.json', import.meta.url), 'utf8'),
) as Verdicts;
const WORD = /\s+|"[^"]*"|'[^']*'|[^\s"'@:{}();,%]+|./gs;

// What 5.33 judges by the modes and contents of files of this machine, and a known accident with a URL at the end of a file.
const UNDECIDED =
  /pemfile|pemkey|pemchain|htpasswd|allow\s+(?:md5|crypt|cleartext|\/)|set\s+log|include|address\s+[a-z]/i;

describe.skipIf(isMissing('monit'))('differential against monit -t', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-verdicts-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('mutated control files get the verdict of the real program', async () => {
    const mutants = mutate(600, 20_260_105).filter((text) => !UNDECIDED.test(text));
    const wrong: { text: string; monit: boolean; message: string }[] = [];
    const judgeAll = async (part: number): Promise<void> => {
      for (let index = part; index < mutants.length; index += 4) {
        const text = `set idfile ${folder}/id ${mutants[index]}\n`;
        const file = join(folder, `rc${index}`);
        writeFileSync(file, text, { mode: 0o600 });
        const real = await accepts(file);
        if (real === undefined) continue;
        const own = loadMonit(file, { mode: 'strict' });
        if (own.accepted !== real)
          wrong.push({ text, monit: real, message: own.issues.map(({ message }) => message).join('; ') });
      }
    };
    await Promise.all([0, 1, 2, 3].map(judgeAll));
    expect(wrong).toEqual([]);
    expect(mutants.length).toBeGreaterThan(300);
  });

  it.each([
    [0o600, true],
    [0o400, true],
    [0o700, true],
    [0o640, false],
    [0o604, false],
  ])('a file with mode %o is accepted: %s', async (mode, expected) => {
    const file = join(folder, `mode${mode}`);
    writeFileSync(file, `set idfile ${folder}/id\ncheck system s\n`, { mode });
    expect(await accepts(file)).toBe(expected);
    expect(loadMonit(file, { mode: 'strict' }).accepted).toBe(expected);
  });

  // A control file may make the real program wait for something; such a file has no verdict.
  function accepts(file: string): Promise<boolean | undefined> {
    return new Promise((resolve) => {
      execFile('monit', ['-t', '-c', file], { timeout: 10_000, killSignal: 'SIGKILL' }, (error) =>
        resolve(error === null ? true : error.killed === true ? undefined : false),
      );
    });
  }
});

function mutate(count: number, seed: number): string[] {
  let state = seed;
  const random = (below: number): number => {
    // A small generator with a fixed seed: the same files every time.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const texts = verdicts.map(([, text]) => text);
  const pick = (): string => texts[random(texts.length)] ?? '';
  const words = texts.flatMap((text) => text.match(WORD) ?? []).filter((word) => word.trim() !== '');
  return Array.from({ length: count }, () => {
    const parts = [...(pick().match(WORD) ?? [])];
    const at = random(parts.length);
    const word = words[random(words.length)] ?? '';
    const other = random(parts.length);
    const operations = [
      () => parts.splice(at, 1),
      () => parts.splice(at, 0, `${word} `),
      () => parts.splice(at, 1, word),
      () => parts.splice(at, 0, parts[other] ?? ''),
      () => parts.splice(at, 1, ...(pick().match(WORD) ?? []).slice(0, 1 + random(8))),
    ];
    operations[random(operations.length)]?.();
    return parts.join('');
  });
}
