import type { Step } from '../engine/action.ts';

/** One step, or a stop and start of one service of ours that the supervisor does as one restart. */
export interface Deed {
  readonly op: Step['op'];
  readonly service: string;
  readonly onFailure: Step['onFailure'];
}

/** The steps with a stop directly followed by a start of one of our own services joined into a restart. */
export function joinRestarts(steps: readonly Step[], isOwn: (service: string) => boolean): Deed[] {
  const deeds: Deed[] = [];
  for (const step of steps) {
    const last = deeds.at(-1);
    if (step.op === 'start' && last?.op === 'stop' && last.service === step.service && isOwn(step.service))
      deeds[deeds.length - 1] = { op: 'restart', service: step.service, onFailure: step.onFailure };
    else deeds.push(step);
  }
  return deeds;
}
