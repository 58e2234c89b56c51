import { describe, expect, test } from 'vitest';
import { serviceEnvironment } from '../../../../packages/core/src/plan/environment.ts';
import type { ServiceSpec } from '../../../../packages/core/src/plan/plan.ts';
import { buildWith } from './build-with.ts';

const DAEMON = {
  PATH: '/bin',
  LANG: 'C',
  LC_ALL: 'de',
  LC_: 'x',
  TZ: 'UTC',
  TERM: 'xterm',
  HOME: '/root',
  SECRET: 's',
  NODE_ENV: 'production',
  NODE_OPTIONS: '--inspect',
  NODE_CHANNEL_FD: '3',
  GONE: undefined,
};

describe('the environment of a service', () => {
  const standard = buildWith({ services: [{ name: 'a', command: 'x' }] }).plan?.services[0]?.inheritEnv ?? [];
  test.each<{ summary: string; inheritEnv: ServiceSpec['inheritEnv']; env?: Record<string, string>; names: string }>([
    { summary: 'by default', inheritEnv: standard, names: 'PATH LANG LC_ALL LC_ TZ TERM' },
    { summary: 'with nothing handed on', inheritEnv: [], names: '' },
    { summary: 'with a list', inheritEnv: ['HOME', 'S*'], names: 'HOME SECRET' },
    {
      summary: 'with everything but NODE_* for the star alone',
      inheritEnv: ['*'],
      names: 'PATH LANG LC_ALL LC_ TZ TERM HOME SECRET',
    },
    { summary: 'with NODE_* when it is listed', inheritEnv: ['NODE_ENV'], names: 'NODE_ENV' },
    { summary: 'with all NODE_* but those of the channel', inheritEnv: ['NODE_*'], names: 'NODE_ENV NODE_OPTIONS' },
    {
      summary: 'with everything',
      inheritEnv: true,
      names: 'PATH LANG LC_ALL LC_ TZ TERM HOME SECRET NODE_ENV NODE_OPTIONS',
    },
    { summary: 'with variables of its own', inheritEnv: ['TZ'], env: { A: '1' }, names: 'TZ A' },
  ])('$summary', ({ inheritEnv, env = {}, names }) => {
    expect(Object.keys(serviceEnvironment({ env, inheritEnv }, DAEMON)).join(' ')).toBe(names);
  });

  test('of another user has none of the names and folders of our account', () => {
    const environment = serviceEnvironment({ env: { SHELL: '/bin/sh' }, inheritEnv: true, user: 'www-data' }, DAEMON);
    expect(environment).not.toHaveProperty('HOME');
    expect(environment).toMatchObject({ SECRET: 's', SHELL: '/bin/sh' });
  });

  test('has its own values over those handed on', () => {
    expect(serviceEnvironment({ env: { PATH: '/opt' }, inheritEnv: ['PATH', 'TZ'] }, DAEMON)).toEqual({
      PATH: '/opt',
      TZ: 'UTC',
    });
  });
});
