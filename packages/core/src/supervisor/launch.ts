import type { Clock } from '../clock.ts';
import type { Component, LaunchOptions } from '../component/component.ts';
import { ComponentRunner } from '../component/component-runner.ts';
import { componentSpec } from '../component/component-spec.ts';
import type { Lifecycle } from '../hooks/lifecycle.ts';
import type { IntentResult } from '../service/intent.ts';
import type { Service } from '../service/service.ts';
import type { Fleet } from './fleet.ts';
import { unknownService } from './unknown-service.ts';

/** What launching needs. */
export interface LaunchContext {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly lifecycle: Lifecycle;
  failed(error: Error): void;
}

/** Puts components of the program into the graph, each after the one launched before unless it says otherwise. */
export class Launcher {
  readonly #context: LaunchContext;
  #last: string | undefined;

  constructor(context: LaunchContext) {
    this.#context = context;
  }

  /** Adds the component and starts it. Throws a TypeError for a name that is taken, ERR_SERVICE_UNKNOWN for a dependency that is not there. */
  launch(name: string, component: Component, options: LaunchOptions): Promise<IntentResult> {
    const { fleet, clock, lifecycle, failed } = this.#context;
    if (fleet.services.has(name)) {
      throw new TypeError(`expected a new name for a component, received "${name}", which is taken`);
    }
    const before = options.dependsOn ?? (this.#last === undefined ? [] : [this.#last]);
    const unknown = before.find((other) => !fleet.services.has(other));
    if (unknown !== undefined) throw unknownService(unknown, fleet.services.keys());
    this.#last = name;
    const view = (): Service['view'] => service.view;
    const runner = new ComponentRunner({ name, component, options, clock, lifecycle, view, failed });
    const service: Service = fleet.add(componentSpec(name, before), runner, 'component');
    return service.submit({ action: 'start', actor: 'boot', reason: 'launched by the program' });
  }
}
