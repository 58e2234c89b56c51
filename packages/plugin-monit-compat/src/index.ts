import type { Plugin } from '@tappet/core';
import { createMonitCompat } from './plugin.ts';
import type { MonitOptions, MonitServiceOptions } from './schema.ts';

/**
 * Rules in the language of monit: unmodified control files, and rules inline in the tables of our own services.
 *
 * ```toml
 * plugins = ["monit-compat"]
 *
 * [[services]]
 * name = "web"
 * command = "/app/server"
 * rules = ["if failed port 8080 protocol http request /ok then restart"]
 * ```
 */
const monitCompat: Plugin<MonitOptions, MonitServiceOptions> = createMonitCompat();
export default monitCompat;

export { createMonitCompat } from './plugin.ts';
export type { MonitOptions, MonitServiceOptions, WebhookOptions } from './schema.ts';
export type { InlineRule } from './model/inline-rules.ts';
export type { SessionWorld } from './session.ts';
export type { FastServices } from './model/fast-services.ts';
export type { FollowedProcess, FollowProcess } from './sample/follow-process.ts';
