import type { CliCommand } from '@tappet/cli';
import type { HealthReport, ServiceHealth } from '@tappet/plugin-healthcheck';
import { commands } from '@tappet/plugin-healthcheck/cli';
import { describe, expect, it } from 'vitest';

const web: ServiceHealth = {
  service: 'web',
  state: 'RUNNING',
  live: true,
  ready: true,
  waitingFor: [],
  blamedOn: [],
  checks: [
    {
      name: 'page',
      kind: 'readiness',
      probe: 'http GET http://127.0.0.1/ok',
      status: 'up',
      successes: 3,
      failures: 0,
      last: { time: '2026-01-01T00:00:00.000Z', ok: true, message: '200 OK', durationMs: 3, counted: true },
      lastFailure: null,
      history: [],
    },
  ],
};
const good: HealthReport = { live: true, ready: true, draining: false, services: [web], incidents: [] };
const failure = {
  time: '2026-01-01T00:00:00.000Z',
  ok: false,
  message: 'exit 3',
  durationMs: 12,
  counted: true,
  output: 'a\nb',
};
const bad: HealthReport = {
  live: true,
  ready: false,
  draining: true,
  services: [
    {
      ...web,
      ready: false,
      checks: web.checks.map((check) => ({ ...check, status: 'down', last: failure, lastFailure: failure })),
    },
  ],
  incidents: [{ root: 'db', affected: ['web'], since: '2026-01-01T00:00:00.000Z' }],
};

async function run(
  args: readonly string[],
  answer: unknown = good,
): Promise<{ code: number; out: string; asked: unknown[] }> {
  const asked: unknown[] = [];
  let out = '';
  const [command] = commands;
  if (command === undefined) throw new Error('there is no command');
  const code = await command.run({
    args,
    io: { out: (text) => (out += text), cwd: '/' },
    connect: async (which) => {
      asked.push(which);
      return {
        call: async (...call) => {
          asked.push(call);
          return answer;
        },
      };
    },
  });
  return { code, out, asked };
}

describe('tappet health', () => {
  it('is a command as the command line takes them', () => {
    const typed: readonly CliCommand[] = commands;
    expect(typed.map(({ name }) => name)).toEqual(['health']);
  });

  it('prints each service and its checks, and exits 0 when all is well', async () => {
    expect(await run([])).toEqual({
      code: 0,
      out: 'web: ready (RUNNING)\n  up       page (http GET http://127.0.0.1/ok): 200 OK\nhealthy\n',
      asked: [{}, ['healthcheck', 'health', { refresh: false }]],
    });
  });

  it('prints the log of the last failure and who is to blame, and exits 1 when it is not', async () => {
    const { code, out } = await run([], bad);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'the supervisor is shutting down',
      'web: not ready (RUNNING)',
      '  down     page (http GET http://127.0.0.1/ok): exit 3',
      '    last failure 2026-01-01T00:00:00.000Z after 12 ms',
      '      a',
      '      b',
      'db is to blame for web',
      'not healthy',
      '',
    ]);
  });

  it('shows the end of a long log, and the last failure where another result has come since', async () => {
    const output = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n');
    const [check] = web.checks;
    if (check === undefined) throw new Error('there is no check');
    const long = { ...check, status: 'pending', lastFailure: { ...failure, output } } as const;
    const { out } = await run([], { ...bad, services: [{ ...web, checks: [long] }] });
    const [, , line, last, before, first, ...rest] = out.split('\n');
    expect(line).toBe('  pending  page (http GET http://127.0.0.1/ok): 200 OK');
    expect(last).toBe('    last failure 2026-01-01T00:00:00.000Z after 12 ms: exit 3');
    expect([before, first]).toEqual(['      (20 lines before)', '      line 21']);
    expect(rest[8]).toBe('      line 30');
  });

  it('passes on what it is told', async () => {
    const args = ['web', '--refresh', '--json', '--socket', '/s', '-c', 'f', '--project=p'];
    const { out, asked } = await run(args);
    expect(JSON.parse(out)).toEqual(good);
    expect(asked).toEqual([
      { socket: '/s', config: 'f', project: 'p' },
      ['healthcheck', 'health', { service: 'web', refresh: true }],
    ]);
  });

  it('is fine with nothing to check', async () => {
    expect(await run([], { ...good, services: [] })).toMatchObject({ code: 0, out: 'no service has checks\n' });
  });

  it.each<[readonly string[], unknown, string, RegExp]>([
    [['wbe'], { unknown: 'wbe', hint: 'did you mean "web"?' }, 'ERR_SERVICE_UNKNOWN', /no service "wbe"/],
    [['--bogus'], good, 'ERR_USAGE', /--bogus/],
    [['a', 'b'], good, 'ERR_USAGE', /one service at most/],
  ])('%j fails', async (args, answer, code, message) => {
    await expect(run(args, answer)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
