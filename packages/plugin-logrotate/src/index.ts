import { join } from 'node:path';
import { definePlugin, type Plugin } from '@tappet/core';
import { captureOutput } from './plugin/capture.ts';
import { configSchema, type LogrotateConfig } from './plugin/config.ts';
import { ForeignLogs } from './plugin/foreign-logs.ts';
import { logDirectory } from './plugin/log-places.ts';
import { exposeMethods } from './plugin/methods.ts';
import { optionsReader, serviceSchema, type ServiceTable } from './plugin/service-options.ts';
import { CapturedLogs } from './sink/captured-logs.ts';

export { decideDue, type Decision, type DueInput } from './decide/due.ts';
export { nextDueMs } from './decide/next-due.ts';
export { explain, type Explanation, type LogExplanation } from './explain/explain.ts';
export { type BlockOptions, type BlockResult, parseBlock } from './language/block.ts';
export { type Configuration, parseConfiguration, readConfiguration } from './language/read.ts';
export { type Report, type ReportLevel, type Reporter, renderReport } from './language/report.ts';
export {
  type Criterion,
  DEFAULT_RULES,
  type LogBlock,
  type Ownership,
  type RotationRules,
  type ScriptName,
  type SwitchUser,
} from './language/rules.ts';
export type { SessionOptions } from './language/session.ts';
export { parseTable } from './language/table.ts';
export { main } from './program/main.ts';
export type { ProgramStreams } from './program/output.ts';
export type { StoredFile, StoredLog, StoredLogs } from './logs/stored-log.ts';
export type { LogrotateConfig } from './plugin/config.ts';
export type { ServiceTable } from './plugin/service-options.ts';

/** Keeps a log file for each service, rotates it, and rotates logs of others by logrotate's own configuration files. */
const logrotate: Plugin<LogrotateConfig, ServiceTable> = definePlugin({
  name: 'logrotate',
  configSchema,
  serviceSchema,
  // logrotate's own language, and scripts for a shell.
  variables: {
    block: 'keep',
    prerotate: 'keep',
    postrotate: 'keep',
    firstaction: 'keep',
    lastaction: 'keep',
    preremove: 'keep',
  },
  setup(context) {
    const { carry, clock, config, environment, log, onActivate, onInForce, supervisor } = context;
    const status = supervisor.status();
    const directory = logDirectory(config.directory, {
      configFile: status.configFile,
      env: environment,
      uid: process.getuid?.(),
    });
    const logs = carry(
      'logs',
      () => new CapturedLogs({ clock, log }),
      (one) => one.close(),
    );
    const foreign = carry(
      'foreign',
      () => new ForeignLogs({ clock, log }),
      (one) => one.close(),
    );
    const stateFile = join(directory, `.tappet-${supervisor.project}.status`);

    const optionsOf = optionsReader({
      defaults: config.defaults,
      tableOf: context.serviceConfig,
      warn: (message) => log.warn(message),
    });

    captureOutput(context, { logs, directory, optionsOf });
    exposeMethods(context, { logs, directory, optionsOf });
    // Before the first sink is asked for; at a reload the old settings hold until the new ones are in force.
    onActivate(() => {
      if (logs.files.length === 0) logs.configure({ budget: config.budget, stateFile });
    });
    onInForce(() => {
      logs.configure({ budget: config.budget, stateFile });
      const state = config.state ?? join(directory, `.tappet-${supervisor.project}.foreign`);
      const { include, intervalMs } = config;
      foreign.configure(include.length === 0 ? undefined : { include, state, intervalMs });
    });
  },
});

export default logrotate;
