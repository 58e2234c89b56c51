import { describe, expect, it } from 'vitest';
import type { CheckStatus } from '../../../../packages/plugin-healthcheck/src/checks/counter.ts';
import {
  type CheckView,
  healthOf,
  isGateOpen,
  overallHealth,
} from '../../../../packages/plugin-healthcheck/src/checks/health.ts';

const view = (kind: CheckView['kind'], status: CheckStatus): CheckView => ({ name: `${kind}-${status}`, kind, status });

describe('healthOf', () => {
  it.each([
    [[], { started: true, live: true, ready: true }],
    [[view('startup', 'pending')], { started: false, live: true, ready: false }],
    [[view('startup', 'up')], { started: true, live: true, ready: true }],
    [[view('startup', 'down')], { started: false, live: true, ready: false }],
    [[view('readiness', 'pending')], { started: true, live: true, ready: false }],
    [[view('readiness', 'up'), view('liveness', 'pending')], { started: true, live: true, ready: true }],
    [[view('readiness', 'down'), view('liveness', 'up')], { started: true, live: true, ready: false }],
    [[view('readiness', 'up'), view('liveness', 'down')], { started: true, live: false, ready: false }],
    [[view('readiness', 'up'), view('readiness', 'down')], { started: true, live: true, ready: false }],
    [
      [view('readiness', 'inactive'), view('liveness', 'inactive'), view('startup', 'inactive')],
      { started: true, live: true, ready: true },
    ],
  ])('%j', (checks, health) => {
    expect(healthOf(checks)).toMatchObject(health);
  });

  it('names what it waits for', () => {
    const checks = [
      view('startup', 'up'),
      view('readiness', 'pending'),
      view('liveness', 'down'),
      view('liveness', 'pending'),
    ];
    expect(healthOf(checks).waitingFor).toEqual(['readiness-pending', 'liveness-down']);
  });

  it('adds up: all services must be healthy, and none is healthy', () => {
    const [good, bad] = [healthOf([]), healthOf([view('liveness', 'down')])];
    expect(overallHealth([])).toEqual({ started: true, live: true, ready: true, waitingFor: [] });
    expect(overallHealth([good, good])).toMatchObject({ live: true, ready: true });
    expect(overallHealth([good, bad])).toEqual({
      started: true,
      live: false,
      ready: false,
      waitingFor: ['liveness-down'],
    });
  });
});

describe('the gate', () => {
  it('holds liveness back until every startup check has been up, and nothing else', () => {
    expect(isGateOpen('liveness', [])).toBe(true);
    expect(isGateOpen('liveness', [view('startup', 'up')])).toBe(true);
    expect(isGateOpen('liveness', [view('startup', 'up'), view('startup', 'pending')])).toBe(false);
    expect(isGateOpen('liveness', [view('startup', 'inactive')])).toBe(false);
    expect(isGateOpen('readiness', [view('startup', 'pending')])).toBe(true);
    expect(isGateOpen('startup', [view('startup', 'pending')])).toBe(true);
  });
});
