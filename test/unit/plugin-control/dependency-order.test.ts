import { describe, expect, it } from 'vitest';
import { dependenciesAmong, inOrder, reversed } from '../../../packages/plugin-control/src/routes/dependency-order.ts';
import { fakeSupervisor } from './fake-supervisor.ts';

const { plan } = fakeSupervisor([
  { name: 'web', dependsOn: ['api'] },
  { name: 'api', dependsOn: ['db', 'cache'] },
  { name: 'db' },
  { name: 'cache' },
]);

describe('dependenciesAmong', () => {
  it('reaches through services that were not chosen', () => {
    const edges = dependenciesAmong(plan, ['web', 'db']);
    expect([...(edges.get('web') ?? [])]).toEqual(['db']);
    expect([...(edges.get('db') ?? [])]).toEqual([]);
  });

  it('is seen from the other side by reversed', () => {
    const edges = reversed(dependenciesAmong(plan, ['web', 'api', 'db']));
    expect([...(edges.get('db') ?? [])].sort()).toEqual(['api']);
    expect([...(edges.get('web') ?? [])]).toEqual([]);
  });
});

describe('inOrder', () => {
  it('runs independent ones together and dependents only when all before them have settled', async () => {
    const log: string[] = [];
    const settle = new Map<string, () => void>();
    const done = inOrder(dependenciesAmong(plan, ['web', 'api', 'db', 'cache']), (name) => {
      log.push(name);
      return new Promise<string>((resolve) => settle.set(name, () => resolve(name)));
    });
    expect(log).toEqual(['db', 'cache']);
    settle.get('db')?.();
    await new Promise(setImmediate);
    expect(log).toEqual(['db', 'cache']);
    settle.get('cache')?.();
    await new Promise(setImmediate);
    expect(log).toEqual(['db', 'cache', 'api']);
    settle.get('api')?.();
    await new Promise(setImmediate);
    settle.get('web')?.();
    expect(await done).toEqual(['web', 'api', 'db', 'cache']);
  });

  it('goes on with dependents when one before them has failed', async () => {
    const log: string[] = [];
    const done = inOrder(dependenciesAmong(plan, ['api', 'db']), (name) => {
      log.push(name);
      return name === 'db' ? Promise.reject(new Error('no')) : Promise.resolve(name);
    });
    await expect(done).rejects.toThrow('no');
    await new Promise(setImmediate);
    expect(log).toEqual(['db', 'api']);
  });
});
