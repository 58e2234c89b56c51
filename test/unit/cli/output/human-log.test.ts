import type { SupervisorEvent } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { formatEvent } from '../../../../packages/cli/src/output/human-log.ts';

const cause = { actor: 'boot', reason: 'the supervisor starts' } as const;
const exit = { signal: undefined, requested: false, uptimeMs: 5, outcome: 'failure', failure: true } as const;

type Body = SupervisorEvent extends infer E ? (E extends SupervisorEvent ? Omit<E, 'seq' | 'time'> : never) : never;

function line(body: Body): string | undefined {
  const event = { seq: 1, time: '2026-01-01T00:00:00.000Z', ...body } as SupervisorEvent;
  return formatEvent(event, { isOneshot: (name) => name === 'db-migration' });
}

describe('the human log', () => {
  it.each<[string | undefined, Body]>([
    ['[INFO] Starting service: redis', note('info', 'Starting service: redis', 'redis')],
    ['[INFO] Waiting 2s after redis startup', note('info', 'Waiting 2s after redis startup', 'web-server')],
    ['[INFO] Running pre-script for web-server', note('info', 'Running pre-script for web-server', 'web-server')],
    [
      '[INFO] Service redis is running (PID: 1234)',
      { type: 'state', service: 'redis', from: 'STARTING', to: 'RUNNING', cause, pid: 1234 },
    ],
    [undefined, { type: 'state', service: 'db-migration', from: 'STARTING', to: 'RUNNING', cause, pid: 1 }],
    [undefined, { type: 'state', service: 'db-migration', from: 'RUNNING', to: 'STOPPED', cause, pid: undefined }],
    [
      '[INFO] Service db-migration completed successfully',
      { type: 'exit', service: 'db-migration', exit: { ...exit, code: 0, outcome: 'success', failure: false } },
    ],
    ['[INFO] All services started successfully', { type: 'started', services: 3, failed: [] }],
    ['[WARN] Not every service started: web failed', { type: 'started', services: 3, failed: ['web'] }],
    ["Service 'api-server' exited with code 1", { type: 'exit', service: 'api-server', exit: { ...exit, code: 1 } }],
    [
      "Service 'api-server' was killed by SIGSEGV",
      { type: 'exit', service: 'api-server', exit: { ...exit, code: undefined, signal: 'SIGSEGV' } },
    ],
    [
      '[ERROR] api-server: cannot start',
      { type: 'exit', service: 'api-server', exit: { ...exit, code: undefined, error: 'cannot start' } },
    ],
    [undefined, { type: 'exit', service: 'api-server', exit: { ...exit, code: 143, requested: true } }],
    [
      "Service 'api-server' state changed: RUNNING -> FAILED",
      { type: 'state', service: 'api-server', from: 'RUNNING', to: 'FAILED', cause, pid: undefined },
    ],
    [
      '[WARN] Service web: restart 2/5 in 1s',
      {
        type: 'state',
        service: 'web',
        from: 'FAILED',
        to: 'BACKOFF',
        cause: { actor: 'restart-policy', reason: 'restart 2/5 in 1s' },
        pid: undefined,
      },
    ],
    [
      "CRITICAL: Required service 'database' has failed",
      note('error', "CRITICAL: Required service 'database' has failed", 'database'),
    ],
    [
      'System cannot continue without this service',
      note('error', 'System cannot continue without this service', 'database'),
    ],
    [
      'Initiating graceful shutdown due to critical service failure',
      note('error', 'Initiating graceful shutdown due to critical service failure'),
    ],
    [undefined, { type: 'shutdown', cause, exitCode: 1 }],
    [
      '[INFO] Initiating graceful shutdown: received SIGTERM',
      { type: 'shutdown', cause: { actor: 'shutdown', reason: 'received SIGTERM' }, exitCode: 0 },
    ],
    ['Stopping service: redis', { type: 'state', service: 'redis', from: 'RUNNING', to: 'STOPPING', cause, pid: 1 }],
    ['Executing pos-scripts...', note('info', 'Executing pos-scripts...')],
    ['Releasing resources...', note('info', 'Releasing resources...')],
    ['[WARN] no setpriv', note('warn', 'no setpriv')],
    ['[ERROR] cannot go on', note('error', 'cannot go on')],
    [undefined, { type: 'state', service: 'web', from: 'STOPPED', to: 'RUNNING', cause, pid: 7 }],
    ['[INFO] Took over service: web (PID: 7)', { type: 'spawn', service: 'web', pid: 7, adopted: true }],
    [undefined, { type: 'spawn', service: 'web', pid: 7, adopted: false }],
    [
      '[INFO] Configuration reloaded: added a, b; restarted web',
      { type: 'reload', added: ['a', 'b'], removed: [], restarted: ['web'], updated: [] },
    ],
    ['[WARN] Plugin demo (onExit): boom', { type: 'plugin', plugin: 'demo', hook: 'onExit', message: 'boom' }],
  ])('prints %j', (expected, body) => {
    expect(line(body)).toBe(expected);
  });

  it('says once how a service was given up', () => {
    expect(line({ type: 'gave-up', service: 'web', failures: 10, cause })).toBe(
      '[ERROR] Service web failed 10 times in a row and is not restarted any more (see "tappet why web")',
    );
  });
});

function note(level: 'info' | 'warn' | 'error', message: string, service?: string): Body {
  return { type: 'note', level, message, service };
}
