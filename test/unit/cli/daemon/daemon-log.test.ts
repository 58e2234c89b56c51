import { describe, expect, it } from 'vitest';
import { type DaemonLog, createDaemonLog } from '../../../../packages/cli/src/daemon/daemon-log.ts';
import { daemonArgv } from '../../../../packages/cli/src/daemon/daemon-argv.ts';

const base = { seq: 1, time: '2026-01-01T00:00:00.000Z' };
const known = { isOneshot: () => false };

async function written(format: 'text' | 'json', write: (log: DaemonLog) => void): Promise<string[]> {
  const lines: string[] = [];
  write(await createDaemonLog({ format, write: (text) => void lines.push(text) }));
  return lines;
}

describe('the log for people', () => {
  it('names the plugin and the error', async () => {
    const lines = await written('text', ({ logger }) => {
      logger.child({ plugin: 'demo' }).warn({ err: new Error('boom') }, 'cannot do it');
      logger.info('fine');
      logger.debug('not shown');
    });
    expect(lines).toEqual(['[WARN] demo: cannot do it: boom\n', '[INFO] fine\n']);
  });

  it('gives the text of an error once', async () => {
    const lines = await written('text', ({ logger }) => {
      logger.error({ err: new Error('it did not settle') }, 'tap "demo:x" on onExit failed: it did not settle');
      logger.error({ err: new Error('') }, 'cannot do it');
    });
    expect(lines).toEqual(['[ERROR] tap "demo:x" on onExit failed: it did not settle\n', '[ERROR] cannot do it\n']);
  });

  it('ends with the exit code', async () => {
    const lines = await written('text', (log) => log.ended({ exitCode: 1, reason: 'x', errors: [] }));
    expect(lines).toEqual(['Supervisor exiting with code 1\n']);
  });

  it('does not say twice what the plugin host has logged', async () => {
    const event = { ...base, type: 'plugin', plugin: 'demo', hook: 'onExit', message: 'boom' } as const;
    expect(await written('text', (log) => log.event(event, known))).toEqual([]);
    expect(await written('json', (log) => log.event(event, known))).toEqual([]);
  });
});

describe('the log as JSON', () => {
  it('has a line of pino with the fields of each event', async () => {
    const lines = await written('json', (log) => {
      log.event({ ...base, type: 'spawn', service: 'web', pid: 7, adopted: true }, known);
      log.event({ ...base, type: 'note', level: 'error', service: undefined, message: 'cannot' }, known);
      log.output('web', Buffer.from('one\ntwo\n'));
      log.ended({ exitCode: 1, reason: 'x', errors: [] });
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 30, event: 'spawn', service: 'web', pid: 7, adopted: true, seq: 1 },
      { level: 50, event: 'note', msg: 'cannot' },
      { level: 30, event: 'output', service: 'web', msg: 'one' },
      { level: 30, event: 'output', service: 'web', msg: 'two' },
      { level: 30, event: 'exit', exitCode: 1, reason: 'x' },
    ]);
  });
});

describe('daemonArgv', () => {
  it('runs the same command again without what is left out', () => {
    const options = { detach: true, guard: true, config: 'a b.toml', 'log-format': 'json' };
    const argv = daemonArgv({ args: ['web', '-x'], options }, { without: ['detach'], entry: '/bin.cjs' });
    expect(argv.slice(argv.indexOf('/bin.cjs'))).toEqual([
      '/bin.cjs',
      'up',
      '--guard',
      '--config',
      'a b.toml',
      '--log-format',
      'json',
      '--',
      'web',
      '-x',
    ]);
    expect(argv[0]).toBe(process.execPath);
  });
});
