import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { harnessWith, healthEvents, service, spawns, type Switches, switches } from './bench.ts';

let flags: Switches;
beforeEach(() => {
  flags = switches();
  flags.on('web', 'other');
});
afterEach(() => flags.dispose());

function check(name: string, more: object = {}): object {
  return { ...flags.probe(name), interval: 1, ...more };
}

describe('a reload', () => {
  it('leaves checks that are the same at work, with their history', async () => {
    const config = { services: [service('web', { healthcheck: check('web', { failure_threshold: 5 }) })] };
    await using harness = await harnessWith(config);
    await harness.advance(10_000);
    const before = healthEvents(harness).length;
    flags.off('web');
    await harness.advance(3000);
    await harness.reload({ ...config, services: [...config.services, service('new')] });
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({
      ready: true,
      checks: [{ failures: 3, history: { length: 5 } }],
    });
    await harness.advance(3000);
    // Five failures in a row, three of them counted before the reload.
    expect(healthEvents(harness).slice(before)).toMatchObject([{ name: 'check-down' }, { name: 'unready' }]);
  });

  it('starts checks that differ anew and ends those that are gone', async () => {
    const services = (...healthcheck: object[]): object => ({ services: [service('web', { healthcheck })] });
    await using harness = await harnessWith(services(check('web'), check('other', { name: 'second' })));
    await harness.until('web', 'RUNNING');
    await harness.reload(services(check('missing', { failure_threshold: 1 })));
    await harness.advance(5000);
    expect(spawns(harness, 'web')).toBe(1);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({
      ready: false,
      checks: [{ name: 'readiness-file', status: 'down', history: { length: 5 } }],
    });
    await harness.reload({ services: [service('web')] });
    await harness.advance(1000);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toBeUndefined();
    expect(harness.clock.pendingTimers).toBe(0);
  });

  it('puts a service that is starting to the new checks', async () => {
    await using harness = await harnessWith({ services: [service('web', { healthcheck: check('missing') })] });
    await harness.advance(2000);
    expect(harness.state('web')).toBe('STARTING');
    await harness.reload({ services: [service('web', { healthcheck: check('web') })] });
    await harness.advance(1000);
    expect(harness.state('web')).toBe('RUNNING');
  });

  it('checks a service that was up before the plugin came', async () => {
    const config = { services: [service('web')] };
    await using harness = await harnessWith(config);
    await harness.until('web', 'RUNNING');
    await harness.reload({ services: [service('web', { healthcheck: check('web', { kind: 'liveness' }) })] });
    await harness.advance(5000);
    flags.off('web');
    await harness.advance(4000);
    expect(spawns(harness, 'web')).toBe(2);
  });

  it('refuses checks that do not go with the new plan, and the old ones stay', async () => {
    const config = { services: [service('web', { healthcheck: check('web') })] };
    await using harness = await harnessWith(config);
    await harness.until('web', 'RUNNING');
    const wrong = { services: [service('web', { healthcheck: { exec: 'no-such-program-anywhere' } })] };
    await expect(harness.reload(wrong)).rejects.toThrow('cannot run "no-such-program-anywhere": it is not in PATH');
    await harness.advance(5000);
    expect(harness.supervisor.serviceStatus('web')?.plugins['healthcheck']).toMatchObject({ ready: true });
  });
});
