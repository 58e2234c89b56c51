import type { Io } from '../../../packages/cli/src/io.ts';
import { runCommandLine } from '../../../packages/cli/src/main.ts';

/** What a command line did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `tappet` with these words inside this process and keeps what it prints. */
export async function tappet(words: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  const out: Buffer[] = [];
  let err = '';
  const code = await runCommandLine(words, {
    out: (text) => void out.push(Buffer.from(text)),
    err: (text) => void (err += text),
    env: {},
    cwd: '/',
    isTerminal: false,
    hasColors: false,
    ...io,
  });
  return { code, out: Buffer.concat(out).toString('latin1'), err };
}
