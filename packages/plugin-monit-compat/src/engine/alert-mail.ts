import type { AlertSetting, MailFormat } from '../language/ast.ts';
import { formatDate } from './environment.ts';
import type { MonitEvent } from './event.ts';

export interface AlertMail {
  readonly to: string;
  readonly from: string;
  readonly replyTo: string | undefined;
  readonly subject: string;
  readonly text: string;
}

export interface AlertMailInput {
  readonly recipient: AlertSetting;
  readonly event: MonitEvent;
  readonly action: string;
  /** `set mail-format`; the recipient's own format wins field by field. */
  readonly format: MailFormat;
  readonly host: string;
  readonly date: Date;
}

/** One mail for one recipient, with the variables of the format filled in. Line breaks never reach a header. */
export function formatAlertMail({ recipient, event, action, format, host, date }: AlertMailInput): AlertMail {
  const values: Readonly<Record<string, string>> = {
    EVENT: event.label,
    SERVICE: event.service,
    DATE: formatDate(date),
    HOST: host,
    ACTION: action,
    DESCRIPTION: event.description,
  };
  const fill = (text: string): string =>
    text.replace(/\$(EVENT|SERVICE|DATE|HOST|ACTION|DESCRIPTION)/g, (_all, key: string) => values[key] ?? '');
  const merged = { ...format, ...recipient.format };
  return {
    to: recipient.address,
    from: oneLine(fill(merged.from ?? 'monit@$HOST')),
    replyTo: merged.replyTo === undefined ? undefined : oneLine(fill(merged.replyTo)),
    subject: oneLine(fill(merged.subject ?? 'monit alert --  $EVENT $SERVICE')),
    text: fill(merged.message ?? DEFAULT_MESSAGE),
  };
}

const DEFAULT_MESSAGE = `$EVENT: $SERVICE

Date:        $DATE
Host:        $HOST
Action:      $ACTION
Description: $DESCRIPTION
`;

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').trim();
}
