import { ConfigError, type ConfigIssue, type ConfigPath } from '../errors/base.ts';
import { nearest } from '../errors/nearest.ts';
import type { ServiceView } from '../hooks/events.ts';
import { ownerHint } from '../plan/known-plugins.ts';
import type { Plan, ServiceSpec } from '../plan/plan.ts';
import type { Plugin } from './define-plugin.ts';
import { packageFor, shortNameOf } from './package-names.ts';
import { checkSection } from './section-check.ts';

/** The sections of one service after their schemas: the plugin's own table and its service keys. */
interface ServiceSections {
  readonly table: unknown;
  readonly keys: ReadonlyMap<string, unknown>;
}

/** The parts of the configuration that plugins own, after their schemas. */
export class Sections {
  readonly #plugins: readonly Plugin[];
  readonly #configs = new Map<string, unknown>();
  /** By plugin, then by service. */
  readonly #services = new Map<string, Map<string, ServiceSections>>();
  /** What an absent table gives, by plugin; missing when the schema refuses `{}`. */
  readonly #defaults = new Map<string, ServiceSections>();
  /** Outcomes by plugin and section value: copies of a service and services of an unchanged plan are checked once. */
  readonly #checked = new Map<string, WeakMap<object, ServiceSections>>();

  constructor(plugins: readonly Plugin[]) {
    this.#plugins = plugins;
  }

  /** Checks `[plugins.*]` and every service of the plan. Throws a ConfigError with all issues. */
  async checkAll(plan: Plan): Promise<void> {
    const issues = this.#checkOwners(plan);
    for (const plugin of this.#plugins) {
      const key = Object.keys(plan.pluginConfig).find((name) => names(plugin, name)) ?? plugin.name;
      const raw = Object.hasOwn(plan.pluginConfig, key) ? plan.pluginConfig[key] : {};
      const path = ['plugins', key];
      const outcome = await checkSection({ schema: plugin.configSchema, value: raw, path, subject: '' });
      if ('issues' in outcome) issues.push(...outcome.issues);
      else this.#configs.set(plugin.name, outcome.value);
    }
    issues.push(...(await this.#checkServices(plan)));
    if (issues.length > 0) throw new ConfigError(dedupe(issues), plan.source.file);
  }

  /** Checks the services of a plan that differs in services only, such as one that a `plan` hook changed. */
  async checkServices(plan: Plan): Promise<void> {
    const issues = [...this.#checkServiceOwners(plan), ...(await this.#checkServices(plan))];
    if (issues.length > 0) throw new ConfigError(dedupe(issues), plan.source.file);
  }

  /** Takes over what an earlier generation knew of services that this plan does not have: they may still be stopping. */
  inherit(previous: Sections): void {
    for (const [plugin, services] of previous.#services) {
      const mine = this.#services.get(plugin);
      if (mine === undefined) continue;
      for (const [service, sections] of services) if (!mine.has(service)) mine.set(service, sections);
    }
  }

  config(plugin: string): unknown {
    return this.#configs.get(plugin);
  }

  /** The sections of a service; those of an empty service for one that is not in the plan but exists, such as a component. */
  of(plugin: string, service: { readonly name: string }): ServiceSections {
    const known = this.#services.get(plugin)?.get(service.name);
    const sections = known ?? ('spec' in service && isView(service) ? this.#defaults.get(plugin) : undefined);
    if (sections !== undefined) return sections;
    const close = nearest(service.name, this.#services.get(plugin)?.keys() ?? []);
    const hint = close === undefined ? '' : `, did you mean "${close}"?`;
    throw new TypeError(`serviceConfig: no service of the plan is called "${service.name}"${hint}`);
  }

  async #checkServices(plan: Plan): Promise<ConfigIssue[]> {
    const issues: ConfigIssue[] = [];
    const positions = positionsInFile(plan.services);
    for (const plugin of this.#plugins) {
      const services = this.#services.get(plugin.name) ?? new Map<string, ServiceSections>();
      this.#services.set(plugin.name, services);
      await this.#checkDefaults(plugin);
      for (const [index, spec] of plan.services.entries()) {
        const outcome = await this.#checkService(plugin, spec, ['services', positions[index] ?? spec.name]);
        if ('issues' in outcome) issues.push(...outcome.issues);
        else services.set(spec.name, outcome);
      }
    }
    return issues;
  }

  async #checkDefaults(plugin: Plugin): Promise<void> {
    if (this.#defaults.has(plugin.name)) return;
    const outcome = await checkSection({ schema: plugin.serviceSchema, value: {}, path: [], subject: '' });
    if ('value' in outcome) this.#defaults.set(plugin.name, { table: freezePlain(outcome.value), keys: new Map() });
  }

  async #checkService(
    plugin: Plugin,
    spec: ServiceSpec,
    path: ConfigPath,
  ): Promise<ServiceSections | { readonly issues: readonly ConfigIssue[] }> {
    const { sections } = spec;
    const owned = ownedKeys(plugin).filter((key) => Object.hasOwn(sections, key));
    const defaults = this.#defaults.get(plugin.name);
    if (owned.length === 0 && defaults !== undefined) return defaults;
    const checked = this.#checked.get(plugin.name) ?? new WeakMap<object, ServiceSections>();
    this.#checked.set(plugin.name, checked);
    const known = checked.get(sections);
    if (known !== undefined) return known;

    const subject = `service "${spec.name}": `;
    const issues: ConfigIssue[] = [];
    const raw = Object.hasOwn(sections, plugin.name) ? sections[plugin.name] : {};
    const table = await checkSection({
      schema: plugin.serviceSchema,
      value: raw,
      path: [...path, plugin.name],
      subject,
    });
    if ('issues' in table) issues.push(...table.issues);
    const keys = new Map<string, unknown>();
    for (const key of owned.filter((name) => name !== plugin.name)) {
      const schema = plugin.serviceKeys?.[key];
      const outcome = await checkSection({ schema, value: sections[key], path: [...path, key], subject });
      if ('issues' in outcome) issues.push(...outcome.issues);
      else keys.set(key, outcome.value);
    }
    if (issues.length > 0 || 'issues' in table) return { issues };
    const result = { table: table.value, keys };
    checked.set(sections, result);
    return result;
  }

  #checkOwners(plan: Plan): ConfigIssue[] {
    const known = this.#plugins.map((plugin) => plugin.name);
    const orphans = Object.keys(plan.pluginConfig).filter((key) => !this.#plugins.some((plugin) => names(plugin, key)));
    const issues = orphans.map((key) => orphan({ path: ['plugins', key], key, known, subject: '' }));
    return [...issues, ...this.#checkServiceOwners(plan)];
  }

  #checkServiceOwners(plan: Plan): ConfigIssue[] {
    const known = this.#plugins.flatMap(ownedKeys);
    const positions = positionsInFile(plan.services);
    return plan.services.flatMap((spec, index) =>
      Object.keys(spec.sections)
        .filter((key) => !known.includes(key))
        .map((key) => {
          const path = ['services', positions[index] ?? spec.name, key];
          return orphan({ path, key, known, subject: `service "${spec.name}": ` });
        }),
    );
  }
}

/** Services without a table share one value, so nobody may write on it. */
function freezePlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.freeze(value) : value;
}

/** `[plugins.slack]` and `[plugins."tappet-plugin-slack"]` are both the table of the plugin that calls itself "slack". */
function names(plugin: Plugin, key: string): boolean {
  return key === plugin.name || shortNameOf(key) === plugin.name;
}

/** Keys of a service table that belong to a plugin. */
function ownedKeys({ name, serviceKeys = {} }: Plugin): readonly string[] {
  return [name, ...Object.keys(serviceKeys)];
}

interface Orphan {
  readonly path: ConfigPath;
  readonly key: string;
  readonly known: readonly string[];
  readonly subject: string;
}

function orphan({ path, key, known, subject }: Orphan): ConfigIssue {
  const close = nearest(key, known);
  const install =
    ownerHint(key) ??
    `add the plugin that owns "${key}" to plugins and npm install ${packageFor(key)} if it is missing`;
  return {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: `${subject}no loaded plugin owns "${key}"`,
    path,
    at: 'key',
    hint: close === undefined ? install : `did you mean "${close}"? Otherwise ${install}`,
  };
}

/** Where each service stands under `[[services]]`: the copies of `instances` share the place of the one that was written. */
function positionsInFile(services: readonly ServiceSpec[]): readonly number[] {
  let position = -1;
  return services.map((spec, index) => {
    const before = services[index - 1]?.instance;
    const isCopy = spec.instance !== undefined && spec.instance.index > 1 && before?.of === spec.instance.of;
    if (!isCopy) position++;
    return position;
  });
}

function isView(service: object): service is ServiceView {
  return 'spec' in service && typeof service.spec === 'object';
}

function dedupe(issues: readonly ConfigIssue[]): ConfigIssue[] {
  const seen = new Map(
    issues.map((issue) => [JSON.stringify([issue.path, issue.code, withoutCopy(issue.message)]), issue]),
  );
  return [...seen.values()];
}

/** Copies of one service differ in their number only. */
function withoutCopy(message: string): string {
  return message.replace(/^service "([^"@]*)@\d+"/, 'service "$1"');
}
