export {
  createToken,
  type ExposedMethod,
  type PluginContext,
  type ScopedHook,
  type ScopedHooks,
  type TapOptions,
  type TapStage,
  type Token,
} from './context.ts';
export { configured } from './configured.ts';
export { definePlugin, type Plugin } from './define-plugin.ts';
export { entryOf, type PluginEntry } from './entry.ts';
export { OFFICIAL_PLUGINS, packageFor, type PluginReference, readReference } from './package-names.ts';
export type { UncaughtFault } from './contract.ts';
export type { PluginReport, TapReport } from './report.ts';
export { loadPlugins, type LoadPluginsOptions } from './resolve.ts';
export { sectionSchema, type SectionReading, type SectionSchema, type SectionSchemaOptions } from './section-schema.ts';
