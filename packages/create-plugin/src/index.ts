export { type PluginName, readPluginName, whyNoPluginName } from './plugin-name.ts';
export { CannotCreateError, createPlugin, type CreatedPlugin, type CreatePluginOptions } from './create-plugin.ts';
