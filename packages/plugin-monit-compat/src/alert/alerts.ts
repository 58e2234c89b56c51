import type { Clock, Logger } from '@tappet/core';
import type { EngineAction } from '../engine/action.ts';
import { formatAlertMail } from '../engine/alert-mail.ts';
import { formatDate } from '../engine/environment.ts';
import type { MonitEvent } from '../engine/event.ts';
import type { MailFormat } from '../language/ast.ts';
import type { Delivery } from './delivery.ts';
import { DeliveryFailure } from './failure.ts';
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
 * what is new, and what is refused for good is lost: both are said in the log.
 */
export class Alerts {
  readonly #parts: AlertParts;
  readonly #underWay = new Set<Delivery>();
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

  /** The process is about to end: what is under way waits in the queue, so that the next one sends it, at worst for a second time. */
  close(): void {
    for (const delivery of this.#underWay) this.#keep(delivery, 'the supervisor ends');
  }

  async #retryAll(): Promise<void> {
    const { queue, log } = this.#parts;
    const blocked = new Set<Delivery['kind']>();
    for (const entry of queue.waiting()) {
      const delivery = queue.read(entry);
      if (delivery === undefined) {
        queue.remove(entry);
        continue;
      }
      if (blocked.has(delivery.kind)) continue;
      try {
        await this.#hand(delivery);
        queue.remove(entry);
      } catch (error) {
        const { message, scope } = asFailure(error);
        if (scope === 'any') blocked.add(delivery.kind);
        if (scope === 'never') {
          queue.remove(entry);
          log.error(`cannot deliver an alert${recipientOf(delivery)}, it is lost: ${message}`);
        } else log.debug(`an alert still waits: ${message}`);
      }
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    if (this.#underWay.size >= MOST_UNDER_WAY) {
      this.#keep(delivery, `${MOST_UNDER_WAY} alerts are under way`);
      return;
    }
    this.#underWay.add(delivery);
    try {
      await this.#hand(delivery);
    } catch (error) {
      const { message, scope } = asFailure(error);
      if (scope === 'never')
        this.#parts.log.error(`cannot deliver an alert${recipientOf(delivery)}, it is lost: ${message}`);
      else this.#keep(delivery, message);
    } finally {
      this.#underWay.delete(delivery);
    }
  }

  #keep(delivery: Delivery, why: string): void {
    const { queue, log } = this.#parts;
    const entry = queue.put(delivery);
    if (entry !== undefined) log.warn(`cannot deliver an alert now, it waits in the queue: ${why}`);
    else log.error(`cannot deliver an alert, and the queue is full or cannot be written: it is lost: ${why}`);
  }

  async #hand(delivery: Delivery): Promise<void> {
    const { mail, webhook } = this.#parts;
    // What waits since an earlier configuration.
    if (delivery.kind === 'mail' ? mail === undefined : webhook === undefined)
      throw new DeliveryFailure('there is no server for it', 'any');
    if (delivery.kind === 'mail') await mail?.(delivery.mail);
    else await webhook?.(delivery.body);
  }
}

function asFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  return new DeliveryFailure(error instanceof Error ? error.message : String(error), 'any');
}

function recipientOf(delivery: Delivery): string {
  return delivery.kind === 'mail' ? ` to ${delivery.mail.to}` : ' to the webhook';
}
