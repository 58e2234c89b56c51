import { describe, expect, test } from 'vitest';
import {
  SERVICE_EVENTS,
  SERVICE_STATES,
  type ServiceEvent,
  type ServiceState,
} from '../../packages/core/src/service/state.ts';
import { transition, TRANSITIONS } from '../../packages/core/src/service/transitions.ts';

// One row for each event, one column for each state, `.` where nothing happens.
const MATRIX = `
                       PENDING   STARTING  RUNNING   BACKOFF   STOPPING  STOPPED   FAILED
start                  .         .         .         PENDING   .         PENDING   PENDING
dependencies-satisfied STARTING  .         .         .         .         .         .
dependencies-failed    FAILED    .         .         .         .         .         .
ready                  .         RUNNING   .         .         .         .         .
start-failed           FAILED    FAILED    .         .         .         .         .
stop                   STOPPED   STOPPING  STOPPING  STOPPED   .         .         .
ended                  .         STOPPED   STOPPED   .         STOPPED   .         .
ended-badly            .         FAILED    FAILED    .         FAILED    .         .
restart-scheduled      .         BACKOFF   BACKOFF   .         .         BACKOFF   BACKOFF
restart-due            .         .         .         STARTING  .         .         .
gave-up                .         .         .         .         .         FAILED    .
adopted                RUNNING   .         .         .         .         RUNNING   .
`;

const [header = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

test('the matrix names every state and every event once', () => {
  expect(header).toEqual([...SERVICE_STATES]);
  expect(rows.map(([event]) => event)).toEqual([...SERVICE_EVENTS]);
});

describe.each(rows)('%s', (event, ...cells) => {
  test.each(cells.map((to, index) => ({ from: header[index], to })))('$from → $to', ({ from, to }) => {
    const result = transition(from as ServiceState, event as ServiceEvent);
    expect(result).toBe(to === '.' ? undefined : to);
  });
});

test('every state can be reached from STOPPED and left again', () => {
  const reached = new Set<ServiceState>(['STOPPED']);
  for (const state of reached) for (const next of Object.values(TRANSITIONS[state])) reached.add(next);
  expect([...reached].sort()).toEqual([...SERVICE_STATES].sort());
  for (const state of SERVICE_STATES) expect(Object.keys(TRANSITIONS[state])).not.toEqual([]);
});

test('no event leads from a state to itself', () => {
  for (const state of SERVICE_STATES) expect(Object.values(TRANSITIONS[state])).not.toContain(state);
});
