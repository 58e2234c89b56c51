import type { AlertSetting, MailFormat } from './ast.ts';
import type { ReadContext } from './context.ts';

/** Every event that a filter may name. */
export const EVENT_NAMES = [
  'action',
  'bytein',
  'byteout',
  'checksum',
  'connection',
  'content',
  'data',
  'exec',
  'exist',
  'fsflags',
  'gid',
  'icmp',
  'instance',
  'invalid',
  'link',
  'nonexist',
  'packetin',
  'packetout',
  'permission',
  'pid',
  'ppid',
  'resource',
  'saturation',
  'size',
  'speed',
  'status',
  'timeout',
  'timestamp',
  'uid',
  'uptime',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

/** `alert ADDRESS [[not] on { events }] [mail-format { … }] [reminder on N cycles]`, from the word `alert`. */
export function readAlert(context: ReadContext): AlertSetting {
  const { cursor } = context;
  const first = cursor.next();
  const address = readAddress(context);
  const negated = cursor.take('not') !== undefined;
  if (negated && !cursor.is('{')) throw cursor.fault('"{" and a list of events');
  const events = cursor.is('{') ? readEvents(context) : undefined;
  const format = cursor.is('mail-format') ? readMailFormat(context) : {};
  let reminderCycles = 0;
  if (cursor.take('reminder')) {
    reminderCycles = cursor.number('a number of cycles');
    cursor.take('cycle');
  }
  return { at: cursor.place(first), address, events, negated, format, reminderCycles };
}

/** `noalert ADDRESS`. */
export function readNoAlert(context: ReadContext): string {
  context.cursor.next();
  return readAddress(context);
}

/** `mail-format { from: … reply-to: … subject: … message: … }`. */
export function readMailFormat({ cursor }: ReadContext): MailFormat {
  cursor.next();
  cursor.expect('{');
  let format: MailFormat = {};
  do {
    const token = cursor.peek();
    if (token.kind !== 'address' && token.kind !== 'prose')
      throw cursor.fault('"from:", "reply-to:", "subject:" or "message:"');
    cursor.next();
    const key = token.key === 'reply-to' ? 'replyTo' : token.key;
    format = { ...format, [key]: token.value };
  } while (cursor.take('}') === undefined);
  return format;
}

function readAddress({ cursor }: ReadContext): string {
  if (cursor.peek().kind !== 'mail') throw cursor.fault('a mail address without quotes');
  return cursor.next().value.replace(/^<(.*)>$/, '$1');
}

function readEvents({ cursor }: ReadContext): EventName[] {
  cursor.next();
  const events: EventName[] = [];
  do events.push(cursor.expectOne(EVENT_NAMES, 'an event'));
  while (cursor.take('}') === undefined);
  return events;
}
