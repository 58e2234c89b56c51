import { describe, expect, test } from 'vitest';
import type { Dependency } from '../../../../packages/core/src/plan/plan.ts';
import { buildWith, issueLines } from './build-with.ts';

type Table = Record<string, unknown>;

const stack = (...services: Table[]): unknown => ({
  services: services.map((keys) => ({ command: 'x', ...keys })),
});
const edge = (service: string, waitAfterMs = 0, condition: Dependency['condition'] = 'default'): Dependency => ({
  service,
  condition,
  waitAfterMs,
});

describe('depends_on and wait_after', () => {
  test.each<{ summary: string; keys: Table; edges: Dependency[] }>([
    { summary: 'nothing', keys: {}, edges: [] },
    { summary: 'an empty text', keys: { depends_on: '' }, edges: [] },
    { summary: 'an empty list', keys: { depends_on: [] }, edges: [] },
    { summary: 'a text', keys: { depends_on: 'db' }, edges: [edge('db')] },
    { summary: 'a list', keys: { depends_on: ['db', 'cache'] }, edges: [edge('db'), edge('cache')] },
    { summary: 'a name twice', keys: { depends_on: ['db', 'db'] }, edges: [edge('db')] },
    {
      summary: 'a table of conditions',
      keys: { depends_on: { db: 'ready', cache: 'started' } },
      edges: [edge('db', 0, 'ready'), edge('cache', 0, 'started')],
    },
    {
      summary: 'seconds for all',
      keys: { depends_on: ['db', 'cache'], wait_after: 5 },
      edges: [edge('db', 5000), edge('cache', 5000)],
    },
    { summary: 'text for all', keys: { depends_on: 'db', wait_after: '1m' }, edges: [edge('db', 60_000)] },
    {
      summary: 'a table of waits',
      keys: { depends_on: ['db', 'cache'], wait_after: { cache: '500ms' } },
      edges: [edge('db'), edge('cache', 500)],
    },
    {
      summary: 'a table of conditions with a table of waits',
      keys: { depends_on: { db: 'completed' }, wait_after: { db: 2 } },
      edges: [edge('db', 2000, 'completed')],
    },
    {
      summary: 'all copies',
      keys: { depends_on: 'pool', wait_after: { pool: 1 } },
      edges: [edge('pool@1', 1000), edge('pool@2', 1000)],
    },
    { summary: 'one copy', keys: { depends_on: 'pool@2' }, edges: [edge('pool@2')] },
    { summary: 'a wait without dependencies', keys: { wait_after: 3 }, edges: [] },
  ])('$summary', ({ keys, edges }) => {
    const result = buildWith(
      stack({ name: 'web', ...keys }, { name: 'db' }, { name: 'cache' }, { name: 'pool', instances: 2 }),
    );
    expect(issueLines(result)).toEqual([]);
    expect(result.plan?.services[0]?.dependsOn).toEqual(edges);
  });

  test('of a service with copies hold for each copy', () => {
    const { plan } = buildWith(stack({ name: 'web', instances: 2, depends_on: 'db' }, { name: 'db' }));
    expect(plan?.services.map(({ name, dependsOn }) => [name, dependsOn.length])).toEqual([
      ['web@1', 1],
      ['web@2', 1],
      ['db', 0],
    ]);
  });
});

describe('what is wrong between services is told', () => {
  const UNKNOWN = 'ERR_CONFIG_UNKNOWN_SERVICE';
  test.each<{ summary: string; services: Table[]; issues: string[] }>([
    {
      summary: 'an unknown name',
      services: [{ name: 'web', depends_on: 'rediss' }, { name: 'redis' }],
      issues: [
        `${UNKNOWN} services[0].depends_on: cannot let service "web" depend on "rediss": there is no such service | did you mean "redis"?`,
      ],
    },
    {
      summary: 'an unknown name in a list',
      services: [{ name: 'web', depends_on: ['redis', 'zzz'] }, { name: 'redis' }],
      issues: [
        `${UNKNOWN} services[0].depends_on[1]: cannot let service "web" depend on "zzz": there is no such service`,
      ],
    },
    {
      summary: 'an unknown name in a table',
      services: [{ name: 'web', depends_on: { redi: 'ready' } }, { name: 'redis' }],
      issues: [
        `${UNKNOWN} services[0].depends_on.redi (key): cannot let service "web" depend on "redi": there is no such service | did you mean "redis"?`,
      ],
    },
    {
      summary: 'an unknown copy',
      services: [
        { name: 'web', depends_on: 'pool@3' },
        { name: 'pool', instances: 2 },
      ],
      issues: [
        `${UNKNOWN} services[0].depends_on: cannot let service "web" depend on "pool@3": there is no such service | did you mean "pool@1"?`,
      ],
    },
    {
      summary: 'a condition',
      services: [{ name: 'web', depends_on: { redis: 'healthy' } }, { name: 'redis' }],
      issues: [
        'ERR_CONFIG_TYPE services[0].depends_on.redis: cannot use "depends_on.redis" of service "web": expected one of "started", "ready", "completed", "succeeded", received "healthy"',
      ],
    },
    {
      summary: 'a name twice',
      services: [{ name: 'web' }, { name: 'web' }],
      issues: [
        'ERR_CONFIG_DUPLICATE services[1].name: cannot have two services named "web": services[0] has this name already | rename one of them; for several copies of one service use instances = N',
      ],
    },
    {
      summary: 'the name of a copy',
      services: [{ name: 'web', instances: 2 }, { name: 'web@2' }],
      issues: [
        'ERR_CONFIG_DUPLICATE services[1].name: cannot have two services named "web@2": services[0] has this name already | rename one of them; for several copies of one service use instances = N',
      ],
    },
    {
      summary: 'a service that depends on itself',
      services: [{ name: 'a', depends_on: 'a' }],
      issues: [
        'ERR_CONFIG_CYCLE services[0].depends_on: cannot order services that depend on each other: a → a | remove one of these dependencies',
      ],
    },
    {
      summary: 'a cycle of three, with others around it',
      services: [
        { name: 'x', depends_on: 'a' },
        { name: 'a', depends_on: ['y', 'b'] },
        { name: 'b', depends_on: 'c' },
        { name: 'c', depends_on: { a: 'ready' } },
        { name: 'y' },
      ],
      issues: [
        'ERR_CONFIG_CYCLE services[1].depends_on[1]: cannot order services that depend on each other: a → b → c → a | remove one of these dependencies',
      ],
    },
    {
      summary: 'two cycles',
      services: [
        { name: 'a', depends_on: 'b' },
        { name: 'b', depends_on: 'a' },
        { name: 'c', depends_on: 'd' },
        { name: 'd', depends_on: 'c' },
      ],
      issues: [
        'ERR_CONFIG_CYCLE services[0].depends_on: cannot order services that depend on each other: a → b → a | remove one of these dependencies',
        'ERR_CONFIG_CYCLE services[2].depends_on: cannot order services that depend on each other: c → d → c | remove one of these dependencies',
      ],
    },
    {
      summary: 'a cycle through a copy',
      services: [
        { name: 'web', instances: 2, depends_on: 'db' },
        { name: 'db', depends_on: 'web@2' },
      ],
      issues: [
        'ERR_CONFIG_CYCLE services[0].depends_on: cannot order services that depend on each other: web → db → web | remove one of these dependencies',
      ],
    },
    {
      summary: 'a wait for a misspelt dependency',
      services: [{ name: 'web', depends_on: 'redis', wait_after: { redsi: 1 } }, { name: 'redis' }],
      issues: [
        `${UNKNOWN} services[0].wait_after.redsi (key): cannot wait after "redsi" in service "web": there is no such service | did you mean "redis"?`,
      ],
    },
    {
      summary: 'a wait for a service that is no dependency',
      services: [{ name: 'web', wait_after: { redis: 1 } }, { name: 'redis' }],
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].wait_after.redis (key): cannot wait after "redis" in service "web": it is not in depends_on | add "redis" to depends_on, or remove the line',
      ],
    },
    {
      summary: 'a key that slipped into the table of waits',
      services: [{ name: 'web', depends_on: 'redis', wait_after: { redis: 1, enabled: 5 } }, { name: 'redis' }],
      issues: [
        `${UNKNOWN} services[0].wait_after.enabled (key): cannot wait after "enabled" in service "web": there is no such service | keys below [services.wait_after] belong to that table; move "enabled" above it`,
      ],
    },
  ])('$summary', ({ services, issues }) => {
    const result = buildWith(stack(...services));
    expect(issueLines(result)).toEqual(issues);
    expect(result.plan).toBeUndefined();
  });
});

describe('a dependency that is not enabled', () => {
  test('is a warning, and the plan stands', () => {
    const result = buildWith(
      stack(
        { name: 'web', depends_on: ['db'] },
        { name: 'job', depends_on: { db: 'succeeded' } },
        { name: 'db', enabled: false },
      ),
    );
    expect(issueLines(result)).toEqual([
      'warning ERR_DEPENDENCY services[0].depends_on[0]: service "web" starts without "db", which is not enabled | enable "db", or remove it from depends_on',
      'warning ERR_DEPENDENCY services[1].depends_on.db: service "job" cannot start by itself: "db" is not enabled and never succeeded | enable "db", or remove it from depends_on',
    ]);
    expect(result.plan?.services).toHaveLength(3);
  });

  test('of a service that is not enabled either is no news', () => {
    const result = buildWith(stack({ name: 'web', depends_on: 'db', enabled: false }, { name: 'db', enabled: false }));
    expect(result.issues).toEqual([]);
  });
});
