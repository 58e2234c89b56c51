import { ConfigError } from '../errors/base.ts';
import { freezeDraft } from '../plan/freeze.ts';
import type { Variables } from '../plan/interpolate.ts';
import type { Plan } from '../plan/plan.ts';
import type { PendingGeneration, PluginHost } from '../plugin/host.ts';
import { checkAccounts } from './check-accounts.ts';
import { type Compiled, compile } from './compile.ts';
import type { LoadedConfig, SupervisorOptions } from './options.ts';
import { selectServices } from './select.ts';

/** What reading and preparing a plan needs. */
export interface PlanLoaderContext {
  readonly options: SupervisorOptions;
  readonly environment: Variables;
  readonly host: PluginHost;
  warn(message: string): void;
}

/** Configuration → plan and a generation of plugins that is set up for it. Nothing of it is in force yet. */
export class PlanLoader {
  readonly #context: PlanLoaderContext;

  constructor(context: PlanLoaderContext) {
    this.#context = context;
  }

  /** Reads the configuration. Rejects with a ConfigError that has every issue. */
  async compile(): Promise<Compiled> {
    const { options, environment, warn } = this.#context;
    const { plugins = [], pluginFolders = [], project } = options;
    const loaded = await this.#load();
    const compiled = await compile(loaded, { environment, plugins, pluginFolders, project });
    for (const { message } of compiled.warnings) warn(message);
    return compiled;
  }

  /** Sets a new generation of plugins up and lets it change the plan. Rejects, with everything disposed of, when one of them fails. */
  async prepare({ plan, entries, locate }: Compiled): Promise<{ pending: PendingGeneration; plan: Plan }> {
    const pending = await this.#context.host.prepare(entries, plan).catch((error: unknown) => {
      throw locate(error);
    });
    try {
      const { project, services, timeouts } = plan;
      const frozen = freezeDraft(await pending.transformPlan({ project, services, timeouts }), plan);
      if (frozen.plan === undefined) throw new ConfigError(frozen.issues);
      const final = selectServices(frozen.plan, this.#context.options.only);
      await pending.setPlan(final);
      await checkAccounts(final);
      return { pending, plan: final };
    } catch (error) {
      await pending.abandon();
      throw locate(error);
    }
  }

  #load(): Promise<LoadedConfig> | LoadedConfig {
    const { source, services = [], project = 'tappet' } = this.#context.options;
    if (source !== undefined) return source.load();
    return {
      raw: { services, project },
      file: undefined,
      directory: process.cwd(),
      locate: (issues) => issues,
    };
  }
}
