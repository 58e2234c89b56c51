import type { AlertSetting } from '../language/ast.ts';
import type { MonitEvent } from './event.ts';

/**
 * Who is told about an event now. At a transition everyone whose filter lets the event through; while a rule stays
 * failed those whose reminder is due (every N-th sample, the transition being the first).
 */
export function recipientsFor(
  recipients: readonly AlertSetting[],
  event: MonitEvent,
  { isTransition, count }: { readonly isTransition: boolean; readonly count: number },
): AlertSetting[] {
  return recipients.filter((alert) => {
    if (!passesFilter(alert, event)) return false;
    if (isTransition) return true;
    return event.state === 'failed' && alert.reminderCycles > 0 && count % alert.reminderCycles === 0;
  });
}

/** True when the filter of an alert lets the event through. */
export function passesFilter({ events, negated }: AlertSetting, { name }: MonitEvent): boolean {
  return events === undefined || events.includes(name) !== negated;
}
