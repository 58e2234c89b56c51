import type { Intent, IntentResult, PluginSupervisor } from '@tappet/core';
import type { Sample } from '../engine/sample.ts';
import type { StepResult } from './method.ts';

/** What the watch needs of the supervisor. */
export type OwnSupervisor = Pick<PluginSupervisor, 'service' | 'serviceStatus' | 'submit'>;

/** Services that our own supervisor runs, by their names there. */
export class OwnServices {
  #supervisor: OwnSupervisor;

  constructor(supervisor: OwnSupervisor) {
    this.#supervisor = supervisor;
  }

  /** A new generation of the plugin speaks to the supervisor in its own name. */
  use(supervisor: OwnSupervisor): void {
    this.#supervisor = supervisor;
  }

  pid(name: string): number | undefined {
    return this.#supervisor.service(name)?.pid;
  }

  /** True while nobody expects the service to run: a user holds it, it has done its work, or it was never to be started. */
  isOff(name: string): boolean {
    const status = this.#supervisor.serviceStatus(name);
    return status === undefined || status.held || status.completed || (!status.enabled && status.starts === 0);
  }

  /**
   * Puts the supervisor's word over what was measured. Undefined: there is nothing to judge, because the supervisor is at work on the
   * service.
   */
  correct(name: string, sample: Sample | undefined, isProcess: boolean): Sample | undefined {
    const state = this.#supervisor.service(name)?.state;
    switch (state) {
      case undefined:
      case 'PENDING':
      case 'STARTING':
      case 'STOPPING':
      case 'BACKOFF':
        return undefined;
      case 'RUNNING':
        // It ended a moment ago and the supervisor is about to notice.
        return isProcess && sample?.presence !== 'present' ? undefined : sample;
      case 'STOPPED':
      case 'FAILED':
        break;
    }
    return isProcess ? { presence: 'missing', reason: `it is ${state}`, facts: {} } : sample;
  }

  /** Submits an intent; refused and failed ones come back as failed steps with the reason. */
  async act(name: string, intent: Intent): Promise<StepResult> {
    const result: IntentResult = await this.#supervisor.submit(name, intent);
    return { ok: result.outcome === 'done' || result.outcome === 'unchanged', message: result.message };
  }
}
