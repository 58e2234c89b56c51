import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describePlugin } from '@tappet/core/testing';
import healthcheck from '@tappet/plugin-healthcheck';
import { afterAll, describe, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tappet-health-'));
const socket = join(folder, 'health.sock');
afterAll(() => rmSync(folder, { recursive: true }));

describePlugin(healthcheck, {
  describe,
  it,
  config: {
    plugins: {
      healthcheck: {
        listen: `unix:${socket}`,
        drain: 1,
        checks: [{ services: ['web'], exec: '/bin/true' }],
      },
    },
    services: [
      { name: 'db', command: '/bin/db', restart: 'always', healthcheck: { file: '/etc/passwd' } },
      {
        name: 'web',
        command: '/bin/web',
        restart: 'always',
        depends_on: ['db'],
        healthcheck: [
          { kind: 'startup', file: '/etc/passwd' },
          { kind: 'liveness', file: '/etc/passwd', interval: 5 },
          { heartbeat: '30s' },
        ],
      },
    ],
  },
});
