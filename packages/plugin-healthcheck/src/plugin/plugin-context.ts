import type { PluginContext } from '@tappet/core';
import type { Check } from '../checks/index.ts';
import type { HealthcheckConfig } from './config.ts';

/** What the plugin gets from the core. */
export type HealthcheckContext = PluginContext<HealthcheckConfig, readonly Check[]>;
