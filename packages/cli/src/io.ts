/** The world around a command: where it reads and writes. */
export interface Io {
  out(text: string | Uint8Array): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Standard output is a terminal: tables get a header and colours, control characters are taken out. */
  readonly isTerminal: boolean;
  /** Colours are wanted: a terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly hasColors: boolean;
}

/** The process this runs in. */
export function processIo(): Io {
  const isTerminal = process.stdout.isTTY;
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endOfReader);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isTerminal,
    hasColors: isTerminal && wantsColors(process.env),
  };
}

/** https://no-color.org: set and not empty switches colours off. */
export function wantsColors(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** From now on nothing that happens to our own output ends this process: for a daemon, whose terminal may go away. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', endOfReader);
    stream.on('error', () => undefined);
  }
}

/** `tappet logs | head`: whoever read has seen enough. */
function endOfReader(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}
