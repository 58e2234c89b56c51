import type { ServiceStatus } from '@tappet/core';
import { describe, expect, it } from 'vitest';
import { paint } from '../../../../packages/cli/src/output/color.ts';
import { statusTable } from '../../../../packages/cli/src/output/status-table.ts';
import { fakeSupervisor } from '../../plugin-control/fake-supervisor.ts';

function table(changes: readonly Partial<ServiceStatus>[], header = false): string {
  const status = fakeSupervisor(changes.map((_, index) => ({ name: `s${index}` }))).status();
  const services = status.services.map((service, index) => ({ ...service, ...changes[index] }));
  return statusTable(
    { ...status, services, notes: ['setpriv is missing, RUNNING without it'] },
    {
      services,
      header,
      paint: paint(false),
    },
  );
}

describe('the status table', () => {
  it('has one line a service and nothing else when it is piped', () => {
    const text = table([
      { name: 'redis', pid: 1234, uptimeMs: 61_000 },
      { name: 'web', state: 'FAILED', pid: null, uptimeMs: null, reason: 'exited with code 1' },
    ]);
    expect(text).toBe('redis  RUNNING  1234  1m 1s  0\nweb    FAILED   -     -      0  exited with code 1\n');
  });

  it('names a state nowhere but in its column, so that grep counts services', () => {
    const text = table([
      { state: 'FAILED', reason: 'db is not RUNNING' },
      { state: 'PENDING', waitingFor: ['db to be RUNNING'] },
      { state: 'STOPPED', lastExit: null, reason: 'it was RUNNING\nand FAILED' },
    ]);
    expect(text.split('\n').filter((line) => line.includes('RUNNING'))).toEqual([]);
    expect(text.split('\n').filter((line) => line.includes('FAILED'))).toHaveLength(1);
    expect(text.trimEnd().split('\n')).toHaveLength(3);
  });

  it('shows people a header and notes without state names', () => {
    const text = table([{ state: 'PENDING' }], true);
    expect(text).toContain('NAME  STATE');
    expect(text).toContain('note: setpriv is missing, running without it');
    expect(text).not.toContain('RUNNING');
  });

  it.each<[string, Partial<ServiceStatus>]>([
    ['completed', { state: 'STOPPED', completed: true, reason: 'exited with code 0' }],
    ['stopped by a user', { state: 'STOPPED', held: true, reason: 'x' }],
    ['disabled', { state: 'STOPPED', enabled: false, starts: 0 }],
    ['waiting for redis', { state: 'PENDING', waitingFor: ['redis'] }],
  ])('says "%s"', (detail, service) => {
    expect(table([service]).trimEnd().endsWith(`  ${detail}`)).toBe(true);
  });

  it('paints only when colours are wanted', () => {
    const { services, ...status } = fakeSupervisor().status();
    const options = { services, header: true };
    expect(statusTable({ ...status, services }, { ...options, paint: paint(true) })).toContain(
      '\u001B[32mRUNNING\u001B[0m',
    );
    expect(statusTable({ ...status, services }, { ...options, paint: paint(false) })).not.toContain('\u001B');
  });
});
