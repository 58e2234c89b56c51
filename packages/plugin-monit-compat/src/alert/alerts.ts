import type { Clock, Logger } from '@tappet/core';
import type { EngineAction } from '../engine/action.ts';
import { formatAlertMail } from '../engine/alert-mail.ts';
import { formatDate } from '../engine/environment.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { MailFormat } from '../language/ast.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryQueue } from './queue.ts';

/** Where alerts go. */
export interface AlertParts {
  readonly queue: DeliveryQueue;
  /** Undefined: there is no mail server. */
  readonly mail: ((mail: Extract<Delivery, { kind: 'mail' }>['mail']) => Promise<void>) | undefined;
  /** Undefined: there is no webhook. */
  readonly webhook: ((body: Extract<Delivery, { kind: 'webhook' }>['body']) => Promise<void>) | undefined;
  readonly format: MailFormat;
  readonly host: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const MOST_UNDER_WAY = 20;

/**
 * Sends alerts. What cannot be delivered waits in the queue and is tried again, oldest first, at every cycle; a full queue refuses
 * what is new, and says so.
 */
export class Alerts {
  readonly #parts: AlertParts;
  #underWay = 0;
  #isRetrying = false;
  #hasToldNoServer = false;

  constructor(parts: AlertParts) {
    this.#parts = parts;
  }

  /** Mails for the recipients of one alert. */
  send({ recipients, cause, action, isReminder }: Extract<EngineAction, { kind: 'alert' }>): void {
    const { mail, format, host, clock, log } = this.#parts;
    if (mail === undefined) {
      if (!this.#hasToldNoServer) log.warn('cannot send alerts by mail: there is no "set mailserver"');
      this.#hasToldNoServer = true;
      return;
    }
    const date = new Date(clock.wallMs());
    for (const recipient of recipients) {
      if (isReminder) log.debug(`reminding ${recipient.address} of ${cause.label} of ${cause.service}`);
      const filled = formatAlertMail({ recipient, event: cause, action, format, host, date });
      void this.#deliver({ kind: 'mail', mail: filled });
    }
  }

  /** Tells the webhook of an event. */
  tell(event: MonitEvent): void {
    const { webhook, host, clock } = this.#parts;
    if (webhook === undefined) return;
    const { service, name, state, label, description, rule } = event;
    const body = {
      service,
      event: name,
      state,
      label,
      description,
      rule,
      host,
      date: formatDate(new Date(clock.wallMs())),
    };
    void this.#deliver({ kind: 'webhook', body });
  }

  /** Tries what waits, oldest first, until one fails. Does nothing while a try is under way. */
  retry(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    void this.#retryAll().finally(() => {
      this.#isRetrying = false;
    });
  }

  async #retryAll(): Promise<void> {
    const { queue, log } = this.#parts;
    for (const entry of queue.waiting()) {
      const delivery = queue.read(entry);
      if (delivery === undefined) {
        queue.remove(entry);
        continue;
      }
      try {
        await this.#hand(delivery);
        queue.remove(entry);
      } catch (error) {
        log.debug(`an alert still waits: ${error instanceof Error ? error.message : String(error)}`);
        return;
      }
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#keep(delivery, `${MOST_UNDER_WAY} alerts are under way`);
      return;
    }
    this.#underWay += 1;
    try {
      await this.#hand(delivery);
    } catch (error) {
      this.#keep(delivery, error instanceof Error ? error.message : String(error));
    } finally {
      this.#underWay -= 1;
    }
  }

  #keep(delivery: Delivery, why: string): void {
    const { queue, log } = this.#parts;
    if (queue.put(delivery)) log.warn(`cannot deliver an alert now, it waits in the queue: ${why}`);
    else log.error(`cannot deliver an alert, and the queue is full or cannot be written: it is lost: ${why}`);
  }

  async #hand(delivery: Delivery): Promise<void> {
    const { mail, webhook } = this.#parts;
    if (delivery.kind === 'mail') await mail?.(delivery.mail);
    else await webhook?.(delivery.body);
  }
}
