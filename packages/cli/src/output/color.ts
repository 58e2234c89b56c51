import type { ServiceState } from '@tappet/core';

/** Paints texts, or leaves them as they are. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  state(state: ServiceState, text: string): string;
  /** The colour of one of several, always the same for the same number. */
  nth(index: number, text: string): string;
}

/** Select Graphic Rendition, ECMA-48 8.3.117. */
const STATE_COLOR: Readonly<Record<ServiceState, number>> = {
  RUNNING: 32,
  PENDING: 36,
  STARTING: 36,
  BACKOFF: 33,
  STOPPING: 33,
  STOPPED: 90,
  FAILED: 31,
};
const CYCLE = [36, 33, 35, 32, 34, 96, 93, 95];

/** A paint box; without colours it paints nothing. */
export function paint(hasColors: boolean): Paint {
  const wrap = (code: number, text: string): string => (hasColors ? `\u001B[${code}m${text}\u001B[0m` : text);
  return {
    bold: (text) => wrap(1, text),
    dim: (text) => wrap(90, text),
    state: (state, text) => wrap(STATE_COLOR[state], text),
    nth: (index, text) => wrap(CYCLE[index % CYCLE.length] ?? 36, text),
  };
}
