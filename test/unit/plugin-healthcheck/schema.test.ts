import { describe, expect, it } from 'vitest';
import { serviceSchema } from '../../../packages/plugin-healthcheck/src/plugin/service-schema.ts';
import { parseChecks } from '../../../packages/plugin-healthcheck/src/schema.ts';
import type { Check } from '../../../packages/plugin-healthcheck/src/checks/check.ts';

function checks(raw: unknown): readonly Check[] {
  const parsed = parseChecks(raw);
  if ('checks' in parsed) return parsed.checks;
  throw new Error(parsed.issues.map(({ message }) => message).join('\n'));
}

describe('a check', () => {
  it('has its defaults', () => {
    expect(checks({ tcp: 6379 })).toEqual([
      {
        name: 'readiness-tcp',
        kind: 'readiness',
        source: {
          type: 'probe',
          timeoutMs: 3000,
          probe: { name: 'tcp', description: expect.objectContaining({ address: { host: '127.0.0.1', port: 6379 } }) },
        },
        intervalMs: 10_000,
        initialDelayMs: 0,
        graceMs: 0,
        successThreshold: 1,
        failureThreshold: 3,
        onFailure: 'ignore',
        jitter: 1,
        blame: true,
      },
    ]);
  });

  it.each<[Record<string, unknown>, object]>([
    [{ kind: 'liveness' }, { onFailure: 'restart', initialDelayMs: 10_000 }],
    [{ kind: 'liveness', initial_delay: 0 }, { initialDelayMs: 0 }],
    [{ kind: 'startup' }, { onFailure: 'restart', initialDelayMs: 0 }],
    [{ interval: 1 }, { intervalMs: 1000, source: { timeoutMs: 400 } }],
    [
      { interval: '2m', timeout: '90s', initial_delay: '500ms', grace: 20 },
      { intervalMs: 120_000, source: { timeoutMs: 90_000 }, initialDelayMs: 500, graceMs: 20_000 },
    ],
    [
      { name: 'db', success_threshold: 2, failure_threshold: 5, on_failure: 'shutdown', jitter: 0.1, blame: false },
      { name: 'db', successThreshold: 2, failureThreshold: 5, onFailure: 'shutdown', jitter: 0.1, blame: false },
    ],
  ])('with %j', (more, expected) => {
    expect(checks({ tcp: 1, ...more })[0]).toMatchObject(expected);
  });

  it('may be a heartbeat', () => {
    expect(checks({ heartbeat: '30s' })).toMatchObject([
      {
        name: 'liveness-heartbeat',
        kind: 'liveness',
        source: { type: 'heartbeat' },
        intervalMs: 30_000,
        initialDelayMs: 0,
        failureThreshold: 1,
        onFailure: 'restart',
      },
    ]);
    expect(checks({ heartbeat: 5, kind: 'readiness', failure_threshold: 2 })).toMatchObject([
      { kind: 'readiness', failureThreshold: 2 },
    ]);
  });

  it('may be one of several, each with a name of its own', () => {
    const names = checks([{ tcp: 1 }, { tcp: 2 }, { name: 'x', tcp: 3 }, { tcp: 4 }, { kind: 'liveness', tcp: 1 }]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['readiness-tcp', 'readiness-tcp-2', 'x', 'readiness-tcp-3', 'liveness-tcp']);
  });
});

describe('a mistake in a check', () => {
  const MISTAKES: readonly [summary: string, raw: unknown, issues: readonly string[]][] = [
    [
      'timeout as long as the interval',
      { tcp: 1, interval: '2s', timeout: '2s' },
      ['cannot use health.timeout: 2 s is not shorter than the interval of 2 s'],
    ],
    [
      'timeout above the default interval',
      { tcp: 1, timeout: 60 },
      ['cannot use health.timeout: 60 s is not shorter than the interval of 10 s'],
    ],
    ['an unknown key', { tcp: 1, intervall: 3 }, ['cannot use health.intervall: "intervall" is not an option here']],
    ['an unknown probe, only that', { htpp: 'x' }, ['cannot use health.htpp: "htpp" is not an option here']],
    ['no probe', { interval: 3 }, ['cannot use health: it has no probe and no heartbeat']],
    ['two probes', { tcp: 1, redis: {} }, ['cannot use health: it has 2 probes (tcp, redis), one is needed']],
    [
      'a probe beside a heartbeat',
      { tcp: 1, heartbeat: 3 },
      ['cannot use health: a heartbeat and the probe tcp exclude each other'],
    ],
    [
      'an interval of a heartbeat',
      { heartbeat: 3, interval: 3 },
      ['cannot use health.interval: a heartbeat has none, it is expected within "heartbeat"'],
    ],
    [
      'a wrong kind',
      { tcp: 1, kind: 'readyness' },
      ['cannot use health.kind = "readyness": must be "startup", "readiness" or "liveness"'],
    ],
    [
      'a wrong action',
      { tcp: 1, on_failure: 'reboot' },
      ['cannot use health.on_failure = "reboot": must be "restart", "stop", "shutdown" or "ignore"'],
    ],
    [
      'a wrong duration',
      { tcp: 1, interval: '5 apples' },
      ['cannot use health.interval = "5 apples": must be seconds as a number, or text like "5s", "2m", "500ms"'],
    ],
    ['no time at all', { tcp: 1, interval: 0 }, ['cannot use health.interval = 0: must be longer than zero']],
    [
      'a wrong threshold',
      { tcp: 1, failure_threshold: 0 },
      ['cannot use health.failure_threshold = 0: must be a whole number from 1 to 1000'],
    ],
    ['a wrong jitter', { tcp: 1, jitter: 2 }, ['cannot use health.jitter = 2: must be from 0 to 1']],
    [
      'a wrong name',
      { tcp: 1, name: 'a b' },
      ['cannot use health.name = "a b": may hold letters, digits, ".", "_" and "-" only'],
    ],
    ['no table', 5, ['cannot use health: a check must be a table']],
    [
      'several at once',
      { kind: 'x', tcp: '1:99999', intervl: 1 },
      ['"intervl"', 'health.kind', 'port 99999 is out of range'],
    ],
    [
      'two of one name',
      [
        { name: 'a', tcp: 1 },
        { name: 'a', tcp: 2 },
      ],
      ['cannot use health[1].name: another check here is named "a" too'],
    ],
    ['one of several', [{ tcp: 1 }, { tcp: 0 }], ['cannot use health[1].tcp = 0: port 0 is out of range']],
  ];

  it.each(MISTAKES)('%s', (_summary, raw, wanted) => {
    const parsed = parseChecks(raw, ['health']);
    const messages = 'issues' in parsed ? parsed.issues.map(({ message }) => message) : [];
    expect(messages.sort()).toEqual(
      wanted
        .map((message) => expect.stringContaining(message))
        .sort((a, b) => (String(a.sample) < String(b.sample) ? -1 : 1)),
    );
    expect(messages).toHaveLength(wanted.length);
  });

  it('names the nearest key, probes among them', () => {
    const hint = (raw: unknown): string | undefined => {
      const parsed = parseChecks(raw);
      return 'issues' in parsed ? parsed.issues[0]?.hint : undefined;
    };
    expect(hint({ tcp: 1, intervall: 3 })).toBe('did you mean "interval"?');
    expect(hint({ postgress: 'a' })).toBe('did you mean "postgres"?');
  });
});

describe('the schema', () => {
  const { validate } = serviceSchema['~standard'];

  it('gives the checks, none for an empty table', async () => {
    expect(await validate({})).toEqual({ value: [] });
    expect(await validate({ tcp: 1 })).toMatchObject({ value: [{ name: 'readiness-tcp' }] });
  });

  it('gives every issue with its place and what to do', async () => {
    const { issues = [] } = await validate([{ tcp: 1 }, { redis: { pasword: 'x' }, timeout: 11 }]);
    expect(issues).toEqual([
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        message: 'cannot use healthcheck[1].redis.pasword: "pasword" is not an option here',
        path: [1, 'redis', 'pasword'],
        at: 'key',
        hint: 'did you mean "password"?',
      },
      {
        code: 'ERR_CONFIG_TYPE',
        message: 'cannot use healthcheck[1].timeout: 11 s is not shorter than the interval of 10 s',
        path: [1, 'timeout'],
        hint: 'attempts of one check never overlap',
      },
    ]);
  });
});
