import { describe, expect, test } from 'vitest';
import type { BuildOptions } from '../../../../packages/core/src/plan/build.ts';
import type { ServiceSpec } from '../../../../packages/core/src/plan/plan.ts';
import { buildWith, issueLines } from './build-with.ts';

/** What a file that says nothing gets. */
const PLAIN: ServiceSpec = {
  name: 'web',
  type: 'simple',
  command: 'node',
  args: [],
  enabled: true,
  required: false,
  dependsOn: [],
  user: undefined,
  group: undefined,
  umask: 0o022,
  cwd: '/srv/app',
  env: {},
  inheritEnv: ['PATH', 'LANG', 'LC_*', 'TZ', 'TERM'],
  preScript: undefined,
  posScript: undefined,
  logFile: undefined,
  restart: {
    policy: 'never',
    delayMs: 500,
    factor: 2,
    maxDelayMs: 30_000,
    jitter: 0.1,
    maxAttempts: 10,
    resetAfterMs: 30_000,
  },
  stopSignal: 'SIGTERM',
  stopTimeoutMs: 10_000,
  killMode: 'group',
  startTimeoutMs: 60_000,
  startStableMs: 0,
  readyLog: undefined,
  notifyFd: undefined,
  successExitCodes: [0],
  pidFile: undefined,
  instance: undefined,
  durable: false,
  sections: {},
};

test('a service with a name and a command gets every default', () => {
  const { plan, issues } = buildWith({ services: [{ name: 'web', command: 'node' }] });
  expect(issues).toEqual([]);
  expect(plan).toEqual({
    project: expect.stringMatching(/^app-[0-9a-f]{6}$/),
    services: [PLAIN],
    timeouts: { postScriptMs: 7000, serviceShutdownMs: 10_000, globalShutdownMs: 30_000, dependencyWaitMs: 300_000 },
    plugins: [],
    pluginConfig: {},
    source: { file: undefined, directory: '/srv/app' },
  });
});

describe('a key of a service', () => {
  const delayed = { ...PLAIN.restart, policy: 'on-failure' as const };
  test.each<{
    summary: string;
    input: Record<string, unknown>;
    plan: Partial<ServiceSpec>;
    options?: Partial<BuildOptions>;
  }>([
    {
      summary: 'command is split into words',
      input: { command: 'node "a b.js" --x=1' },
      plan: { args: ['a b.js', '--x=1'] },
    },
    {
      summary: 'command with args is one program',
      input: { command: '/opt/My App/run', args: [] },
      plan: { command: '/opt/My App/run' },
    },
    {
      summary: 'args are taken as they are',
      input: { args: ['-g', "'daemon off;'", ''] },
      plan: { args: ['-g', "'daemon off;'", ''] },
    },
    {
      summary: 'args are expanded',
      input: { args: ['${PORT:-1}', '${NO:-2}', '$$x', '$y'] },
      plan: { args: ['8080', '2', '$x', '$y'] },
    },
    {
      summary: 'a value with blanks stays one argument',
      input: { command: 'node ${FLAGS} ${NO:-a b}' },
      plan: { args: ['--a --b', 'a b'] },
      options: { environment: { FLAGS: '--a --b' } },
    },
    {
      summary: 'a value is not expanded again',
      input: { args: ['${A}'], env: { X: '${A}' } },
      plan: { args: ['${B} $$'], env: { X: '${B} $$' } },
      options: { environment: { A: '${B} $$', B: 'no' } },
    },
    { summary: 'type', input: { type: 'oneshot' }, plan: { type: 'oneshot', startTimeoutMs: 0 } },
    {
      summary: 'start_timeout of a oneshot',
      input: { type: 'oneshot', start_timeout: '1m' },
      plan: { type: 'oneshot', startTimeoutMs: 60_000 },
    },
    {
      summary: 'forking with its pid_file',
      input: { type: 'forking', pid_file: 'run/x.pid' },
      plan: { type: 'forking', pidFile: '/srv/app/run/x.pid' },
    },
    {
      summary: 'enabled and required',
      input: { enabled: false, required: true },
      plan: { enabled: false, required: true },
    },
    {
      summary: 'user and group',
      input: { user: 'www-data', group: '${G:-adm}' },
      plan: { user: 'www-data', group: 'adm' },
    },
    { summary: 'umask', input: { umask: '027' }, plan: { umask: 0o027 } },
    { summary: 'cwd from the folder of the file', input: { cwd: 'site' }, plan: { cwd: '/srv/app/site' } },
    { summary: 'absolute cwd', input: { cwd: '/tmp/../var' }, plan: { cwd: '/var' } },
    { summary: 'log_file', input: { log_file: './log/${PORT}.log' }, plan: { logFile: '/srv/app/log/8080.log' } },
    {
      summary: 'env of every scalar',
      input: { env: { A: 'x', B: 1, C: true, D: '${PORT}' } },
      plan: { env: { A: 'x', B: '1', C: 'true', D: '8080' } },
    },
    { summary: 'inherit_env true', input: { inherit_env: true }, plan: { inheritEnv: true } },
    { summary: 'inherit_env false', input: { inherit_env: false }, plan: { inheritEnv: [] } },
    { summary: 'inherit_env list', input: { inherit_env: ['AWS_*'] }, plan: { inheritEnv: ['AWS_*'] } },
    {
      summary: 'pre_script of several lines',
      input: { pre_script: 'a\nb\n' },
      plan: { preScript: { kind: 'inline', text: 'a\nb\n' } },
    },
    {
      summary: 'pre_script after an empty line',
      input: { pre_script: '\n#!/bin/bash\nb' },
      plan: { preScript: { kind: 'inline', text: '#!/bin/bash\nb' } },
    },
    {
      summary: 'pre_script that is a path',
      input: { pre_script: './pre.sh' },
      plan: { preScript: { kind: 'file', path: '/srv/app/pre.sh' } },
    },
    {
      summary: 'pre_script that is a command',
      input: { pre_script: '/bin/true && echo ${X}' },
      plan: { preScript: { kind: 'inline', text: '/bin/true && echo ${X}' } },
    },
    {
      summary: 'pos_script by its other name',
      input: { post_script: '../pos.sh' },
      plan: { posScript: { kind: 'file', path: '/srv/pos.sh' } },
    },
    {
      summary: 'empty texts are absent',
      input: {
        user: '',
        group: '',
        pre_script: '',
        pos_script: ' ',
        log_file: '',
        depends_on: '',
        cwd: '',
        pid_file: '',
      },
      plan: {},
    },
    {
      summary: 'restart as text',
      input: { restart: 'always' },
      plan: { restart: { ...PLAIN.restart, policy: 'always' } },
    },
    {
      summary: 'restart table without policy',
      input: { restart: { max_attempts: 0 } },
      plan: { restart: { ...delayed, maxAttempts: 0 } },
    },
    {
      summary: 'restart table',
      input: {
        restart: {
          policy: 'always',
          delay: 0,
          factor: 1.5,
          max_delay: '1m',
          jitter: 0,
          max_attempts: 3,
          reset_after: '5s',
        },
      },
      plan: {
        restart: {
          policy: 'always',
          delayMs: 0,
          factor: 1.5,
          maxDelayMs: 60_000,
          jitter: 0,
          maxAttempts: 3,
          resetAfterMs: 5000,
        },
      },
    },
    {
      summary: 'stop_signal',
      input: { stop_signal: 'sigint', stop_timeout: 0 },
      plan: { stopSignal: 'SIGINT', stopTimeoutMs: 0 },
    },
    { summary: 'kill_mode', input: { kill_mode: 'process' }, plan: { killMode: 'process' } },
    {
      summary: 'readiness',
      input: { start_timeout: 0, start_seconds: '1.5s', ready_log: '^up\\-now$', notify_fd: 3 },
      plan: { startTimeoutMs: 0, startStableMs: 1500, readyLog: '^up\\-now$', notifyFd: 3 },
    },
    {
      summary: 'success_exit_codes always with 0',
      input: { success_exit_codes: [3, 3] },
      plan: { successExitCodes: [0, 3] },
    },
    { summary: 'durable', input: { durable: true }, plan: { durable: true } },
    {
      summary: 'one instance',
      input: { instances: 1, args: ['${INSTANCE}'] },
      plan: { args: ['1'], env: { INSTANCE: '1' } },
    },
    {
      summary: 'keys of plugins',
      input: { healthcheck: { http: '/' }, rules: ['x'] },
      plan: { sections: { healthcheck: { http: '/' }, rules: ['x'] } },
      options: { pluginNames: new Set(['healthcheck']), serviceKeys: new Map([['rules', 'monit-compat']]) },
    },
  ])('$summary', ({ input, plan, options }) => {
    const result = buildWith({ services: [{ name: 'web', command: 'node', ...input }] }, options);
    expect(issueLines(result)).toEqual([]);
    expect(result.plan?.services).toEqual([{ ...PLAIN, ...plan }]);
  });
});

describe('what is wrong is told', () => {
  const service = (keys: Record<string, unknown>): unknown => ({
    services: [{ name: 'web', command: 'node', ...keys }],
  });
  const DURATION = 'a duration: seconds, or text such as "5s", "2m" or "500ms"';
  const wrong = (key: string, rest: string): string =>
    `ERR_CONFIG_TYPE services[0].${key}: cannot use "${key}" of service "web": expected ${rest}`;
  test.each<{ summary: string; input: unknown; issues: string[]; options?: Partial<BuildOptions> }>([
    {
      summary: 'nothing',
      input: undefined,
      issues: [
        'ERR_CONFIG_TYPE : cannot use the configuration: expected a table, received nothing | the file is empty; add [[services]]',
      ],
    },
    {
      summary: 'a list',
      input: [1],
      issues: ['ERR_CONFIG_TYPE : cannot use the configuration: expected a table, received the list [ 1 ]'],
    },
    {
      summary: 'a key at the top',
      input: { servces: [] },
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY servces (key): cannot use "servces" in the configuration: there is no such key | did you mean "services"?',
      ],
    },
    {
      summary: 'one service as a table',
      input: { service: [] },
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY service (key): cannot use "service" in the configuration: there is no such key | services are listed under [[services]]',
      ],
    },
    {
      summary: 'a service key at the top',
      input: { command: 'x' },
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY command (key): cannot use "command" in the configuration: there is no such key | "command" is a key of a service: move it under [[services]] or [defaults]',
      ],
    },
    {
      summary: 'options of a plugin at the top',
      input: { healthcheck: {} },
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY healthcheck (key): cannot use "healthcheck" in the configuration: there is no such key | options of a plugin stand under [plugins.healthcheck]',
      ],
    },
    {
      summary: 'services as a table',
      input: { services: { web: {} } },
      issues: [
        'ERR_CONFIG_TYPE services: cannot use "services" of the configuration: expected a list of tables, each under [[services]], received the table { web: {} }',
      ],
    },
    {
      summary: 'a service that is no table',
      input: { services: ['web'] },
      issues: [
        'ERR_CONFIG_TYPE services[0]: cannot use "services[0]" of the configuration: expected a table, received "web"',
      ],
    },
    {
      summary: 'project',
      input: { project: 'My Project' },
      issues: [
        'ERR_CONFIG_TYPE project: cannot use "project" of the configuration: expected lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit, received "My Project"',
      ],
    },
    {
      summary: 'a project given from outside',
      input: {},
      options: { project: 'a/b' },
      issues: [
        'ERR_CONFIG_TYPE : cannot use the project name "a/b": expected at most 60 characters of the form ^[a-z0-9][a-z0-9._-]*$',
      ],
    },
    {
      summary: 'timeouts',
      input: { timeouts: { post_script_timeout: 'soon', globl_shutdown_timeout: 1 } },
      issues: [
        `ERR_CONFIG_TYPE timeouts.post_script_timeout: cannot use "post_script_timeout" of [timeouts]: expected ${DURATION}, received "soon"`,
        'ERR_CONFIG_UNKNOWN_KEY timeouts.globl_shutdown_timeout (key): cannot use "globl_shutdown_timeout" in [timeouts]: there is no such key | did you mean "global_shutdown_timeout"?',
      ],
    },
    {
      summary: 'a service without name and command',
      input: { services: [{}] },
      issues: [
        'ERR_CONFIG_MISSING services[0]: cannot use services[0]: it has no "name" | add name = "…"',
        'ERR_CONFIG_MISSING services[0]: cannot use services[0]: it has no "command" | add command = "…"',
      ],
    },
    {
      summary: 'a name',
      input: service({ name: '-x y' }),
      issues: [
        'ERR_CONFIG_TYPE services[0].name: cannot use "name" of service "-x y": expected letters, digits, ".", "_", "@" and "-", beginning with a letter or digit, received "-x y"',
      ],
    },
    {
      summary: 'a name that is a number',
      input: { services: [{ name: 5, command: 'x' }] },
      issues: ['ERR_CONFIG_TYPE services[0].name: cannot use "name" of services[0]: expected text, received 5'],
    },
    {
      summary: 'an empty command',
      input: service({ command: '' }),
      issues: [wrong('command', 'the program to run, received ""')],
    },
    {
      summary: 'a command of blanks',
      input: service({ command: '  ' }),
      issues: ['ERR_CONFIG_COMMAND services[0].command: cannot use "command" of service "web": it is empty'],
    },
    {
      summary: 'a command that expands to nothing',
      input: service({ command: '${NO:-}' }),
      issues: [
        'ERR_CONFIG_COMMAND services[0].command: cannot use "command" of service "web": "${NO:-}" names no program',
      ],
    },
    {
      summary: 'an open quote',
      input: service({ command: 'sh -c "x' }),
      issues: [
        'ERR_CONFIG_COMMAND services[0].command: cannot split "command" of service "web": the double quote at position 7 is never closed | close it, or give the program as command and its arguments as args = ["…"]',
      ],
    },
    {
      summary: 'a number in args',
      input: service({ args: ['--port', 80] }),
      issues: [wrong('args', '').replace('].args', '].args[1]').replace('"args"', '"args[1]"') + 'text, received 80'],
    },
    {
      summary: 'args as text',
      input: service({ args: 'x' }),
      issues: [wrong('args', 'a list of texts, received "x"')],
    },
    {
      summary: 'NUL in an argument',
      input: service({ args: ['a', 'b\0'] }),
      issues: [
        'ERR_CONFIG_TYPE services[0].args[1]: cannot use "args[1]" of service "web": expected text without NUL characters, received "b\\u0000"',
      ],
    },
    {
      summary: 'a misspelt key',
      input: service({ comand: 'x' }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].comand (key): cannot use "comand" in service "web": there is no such key | did you mean "command"?',
      ],
    },
    {
      summary: 'the section of a plugin that is not loaded',
      input: service({ healthcheck: {} }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].healthcheck (key): cannot use "healthcheck" in service "web": there is no such key | add "healthcheck" to plugins and npm install @tappet/plugin-healthcheck',
      ],
    },
    {
      summary: 'a misspelt section of a plugin',
      input: service({ logrotat: {} }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].logrotat (key): cannot use "logrotat" in service "web": there is no such key | did you mean "logrotate"?',
      ],
    },
    {
      summary: 'a section that nobody knows',
      input: service({ zzzzzz: {} }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].zzzzzz (key): cannot use "zzzzzz" in service "web": there is no such key | if it belongs to a plugin, add "zzzzzz" to plugins and run npm install tappet-plugin-zzzzzz',
      ],
    },
    {
      summary: 'a top key below a service',
      input: service({ plugins: ['x'] }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].plugins (key): cannot use "plugins" in service "web": there is no such key | "plugins" belongs to the top of the file, above the first table',
      ],
    },
    {
      summary: 'restart_spare is not offered',
      input: service({ restart_spare: true }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].restart_spare (key): cannot use "restart_spare" in service "web": there is no such key',
      ],
    },
    {
      summary: 'an enum',
      input: service({ type: 'onshot' }),
      issues: [wrong('type', 'one of "simple", "oneshot", "forking", received "onshot" | did you mean "oneshot"?')],
    },
    {
      summary: 'a flag as text',
      input: service({ enabled: 'yes' }),
      issues: [wrong('enabled', 'true or false, received "yes"')],
    },
    {
      summary: 'a negative duration',
      input: service({ stop_timeout: -1 }),
      issues: [wrong('stop_timeout', 'seconds, 0 or more, received -1')],
    },
    {
      summary: 'a duration with a wrong unit',
      input: service({ stop_timeout: '5 sec' }),
      issues: [wrong('stop_timeout', `${DURATION}, received "5 sec"`)],
    },
    {
      summary: 'an endless duration',
      input: service({ stop_timeout: Infinity }),
      issues: [wrong('stop_timeout', 'a finite number, received Infinity')],
    },
    {
      summary: 'umask as a number',
      input: service({ umask: 22 }),
      issues: [wrong('umask', 'three octal digits as text, such as "022", received 22')],
    },
    {
      summary: 'a signal',
      input: service({ stop_signal: 'TERMM' }),
      issues: [
        wrong(
          'stop_signal',
          'the name of a signal, such as "TERM" or "SIGINT", received "TERMM" | did you mean "TERM"?',
        ),
      ],
    },
    {
      summary: 'a regular expression',
      input: service({ ready_log: '(' }),
      issues: [wrong('ready_log', 'a regular expression, received "("')],
    },
    {
      summary: 'a descriptor',
      input: service({ notify_fd: 2 }),
      issues: [wrong('notify_fd', 'a whole number from 3 to 255, received 2')],
    },
    {
      summary: 'a fraction of a copy',
      input: service({ instances: 1.5 }),
      issues: [wrong('instances', 'a whole number from 1 to 1000, received 1.5')],
    },
    {
      summary: 'exit codes',
      input: service({ success_exit_codes: [256] }),
      issues: [
        'ERR_CONFIG_TYPE services[0].success_exit_codes[0]: cannot use "success_exit_codes[0]" of service "web": expected a whole number from 0 to 255, received 256',
      ],
    },
    {
      summary: 'inside a restart table',
      input: service({ restart: { polcy: 'x', jitter: 2, factor: 0.5 } }),
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY services[0].restart.polcy (key): cannot use "polcy" in "restart" of service "web": there is no such key | did you mean "policy"?',
        'ERR_CONFIG_TYPE services[0].restart.jitter: cannot use "jitter" of "restart" of service "web": expected a number from 0 to 1, received 2',
        'ERR_CONFIG_TYPE services[0].restart.factor: cannot use "factor" of "restart" of service "web": expected a number, 1 or more, received 0.5',
      ],
    },
    {
      summary: 'a restart policy',
      input: service({ restart: 'on-failur' }),
      issues: [
        wrong(
          'restart',
          'a policy ("never", "on-failure", "always") or a table, received "on-failur" | did you mean "on-failure"?',
        ),
      ],
    },
    {
      summary: 'a list in env',
      input: service({ env: { A: [] } }),
      issues: [
        'ERR_CONFIG_TYPE services[0].env.A: cannot use "env.A" of service "web": expected a text, number, true or false, received an empty list',
      ],
    },
    {
      summary: 'the name of a variable',
      input: service({ env: { 'A-B': '1' } }),
      issues: [
        'ERR_CONFIG_TYPE services[0].env.A-B (key): cannot set "A-B" for service "web": a variable\'s name has letters, digits and "_", and begins with no digit',
      ],
    },
    {
      summary: 'a variable that is not set',
      input: service({ args: ['x', '${NO}'] }),
      issues: [
        'ERR_CONFIG_VARIABLE services[0].args[1]: cannot expand "args[1]" of service "web": the variable NO is not set | set NO, or write ${NO:-} for an empty text or ${NO:-value} for a default',
      ],
    },
    {
      summary: 'a variable that must be set',
      input: service({ user: '${NO:?whom to run as}' }),
      issues: [
        'ERR_CONFIG_VARIABLE services[0].user: cannot expand "user" of service "web": NO: whom to run as | set NO in the environment of the supervisor',
      ],
    },
    {
      summary: 'a malformed reference',
      input: service({ log_file: '${' }),
      issues: [
        'ERR_CONFIG_VARIABLE services[0].log_file: cannot expand "log_file" of service "web": "${" has no closing } | close it with }, or write $$ for a plain $',
      ],
    },
    ...['0day', '0x0', '1000'].map((user) => ({
      summary: `the user ${user}`,
      input: service({ user }),
      issues: [
        `ERR_CONFIG_UNKNOWN_USER services[0].user: cannot run service "web" as user "${user}": it begins with a digit, so that it could be taken for a number | use the name of an account, as "getent passwd" lists it`,
      ],
    })),
    {
      summary: 'a group with a colon',
      input: service({ group: 'a:b' }),
      issues: [
        'ERR_CONFIG_UNKNOWN_USER services[0].group: cannot run service "web" as group "a:b": it contains a blank, colon, comma or slash | use the name of an account, as "getent group" lists it',
      ],
    },
    { summary: 'a user as a number', input: service({ user: 1000 }), issues: [wrong('user', 'text, received 1000')] },
    {
      summary: 'forking without pid_file',
      input: service({ type: 'forking' }),
      issues: [
        'ERR_CONFIG_MISSING services[0]: cannot follow service "web": type "forking" needs pid_file | set pid_file to the file that the program writes, or run it in the foreground with type = "simple"',
      ],
    },
    {
      summary: 'two scripts after the end',
      input: service({ pos_script: 'a', post_script: 'b' }),
      issues: [
        'ERR_CONFIG_DUPLICATE services[0].post_script (key): cannot use "post_script" of service "web": it is another name of "pos_script", which is set too | keep one of the two',
      ],
    },
    {
      summary: 'one pid_file for copies',
      input: service({ instances: 2, pid_file: 'x.pid' }),
      issues: [
        'ERR_CONFIG_DUPLICATE services[0].pid_file: cannot use one pid_file for 2 copies of service "web" | write ${INSTANCE} into its name',
      ],
    },
    {
      summary: 'an issue of copies only once',
      input: service({ instances: 3, args: ['${NO}'] }),
      issues: [
        'ERR_CONFIG_VARIABLE services[0].args[0]: cannot expand "args[0]" of service "web": the variable NO is not set | set NO, or write ${NO:-} for an empty text or ${NO:-value} for a default',
      ],
    },
    {
      summary: 'options of a plugin that is not loaded',
      input: { plugins: { halthcheck: { port: 1 }, other: true } },
      options: { pluginNames: new Set(['healthcheck']) },
      issues: [
        'ERR_CONFIG_UNKNOWN_KEY plugins.halthcheck (key): cannot use the options of plugin "halthcheck": no plugin of this name is loaded | did you mean "healthcheck"?',
      ],
    },
    {
      summary: 'a plugin that is a number',
      input: { plugins: ['a', 5] },
      issues: ['ERR_CONFIG_TYPE plugins[1]: cannot use "plugins[1]" of the configuration: expected text, received 5'],
    },
    {
      summary: 'options of a plugin that are a number',
      input: { plugins: { a: 5 } },
      issues: [
        'ERR_CONFIG_TYPE plugins.a: cannot use "plugins.a" of the configuration: expected a table of options, true or false, received 5',
      ],
    },
  ])('$summary', ({ input, issues, options }) => {
    const result = buildWith(input, options);
    expect(issueLines(result)).toEqual(issues);
    expect(result.plan).toBeUndefined();
  });

  test('all at once', () => {
    const result = buildWith({
      timeouts: { x: 1 },
      defaults: { restart: 5 },
      services: [
        { name: 'a', command: '${NO}', depends_on: 'bb' },
        { name: 'b', command: 'x', user: '0' },
        { name: 'b' },
      ],
    });
    expect(result.issues.map(({ code }) => code)).toEqual([
      'ERR_CONFIG_UNKNOWN_KEY',
      'ERR_CONFIG_TYPE',
      'ERR_CONFIG_VARIABLE',
      'ERR_CONFIG_UNKNOWN_USER',
      'ERR_CONFIG_MISSING',
      'ERR_CONFIG_DUPLICATE',
      'ERR_CONFIG_UNKNOWN_SERVICE',
    ]);
  });
});

describe('[timeouts]', () => {
  test('take seconds or text, and 0 means the default', () => {
    const timeouts = {
      post_script_timeout: 0,
      service_shutdown_timeout: '2m',
      global_shutdown_timeout: 45,
      dependency_wait_timeout: 1.5,
    };
    const { plan } = buildWith({ timeouts, services: [{ name: 'web', command: 'x' }] });
    expect(plan?.timeouts).toEqual({
      postScriptMs: 7000,
      serviceShutdownMs: 120_000,
      globalShutdownMs: 45_000,
      dependencyWaitMs: 1500,
    });
    expect(plan?.services[0]?.stopTimeoutMs).toBe(120_000);
  });
});

describe('[defaults]', () => {
  const built = (
    defaults: Record<string, unknown>,
    own: Record<string, unknown> = {},
    options: Partial<BuildOptions> = {},
  ): ServiceSpec | undefined => {
    const result = buildWith({ defaults, services: [{ name: 'web', command: 'node', ...own }] }, options);
    expect(issueLines(result)).toEqual([]);
    return result.plan?.services[0];
  };

  test('hold where a service says nothing, and its own value wins', () => {
    expect(built({ user: 'www-data', required: true, umask: '027' }, { umask: '077' })).toMatchObject({
      user: 'www-data',
      required: true,
      umask: 0o077,
    });
    expect(built({ user: 'www-data', pre_script: 'x' }, { user: '', pre_script: '' })).toMatchObject({
      user: undefined,
      preScript: undefined,
    });
    expect(built({ args: ['a'] }, { args: [] })?.args).toEqual([]);
    expect(built({ inherit_env: true })?.inheritEnv).toBe(true);
  });

  test('merge tables key by key', () => {
    expect(built({ env: { A: '1', B: '2' } }, { env: { B: '3', C: '4' } })?.env).toEqual({ A: '1', B: '3', C: '4' });
    const options = { pluginNames: new Set(['healthcheck']) };
    const sections = built(
      { healthcheck: { period: 5, retries: 1 } },
      { healthcheck: { retries: 2 } },
      options,
    )?.sections;
    expect(sections).toEqual({ healthcheck: { period: 5, retries: 2 } });
  });

  test('merge restart whichever form it has', () => {
    expect(built({ restart: 'always' }, { restart: { delay: 1 } })?.restart).toMatchObject({
      policy: 'always',
      delayMs: 1000,
    });
    expect(built({ restart: { delay: 1 } }, { restart: 'never' })?.restart).toMatchObject({
      policy: 'never',
      delayMs: 1000,
    });
  });

  test('know pos_script by both names', () => {
    expect(built({ pos_script: 'a' }, { post_script: 'b' })?.posScript).toEqual({ kind: 'inline', text: 'b' });
    expect(built({ post_script: 'a' })?.posScript).toEqual({ kind: 'inline', text: 'a' });
  });

  test('are where an issue of theirs is reported, once', () => {
    const services = [
      { name: 'a', command: 'x', env: { C: '${NO}' } },
      { name: 'b', command: 'x' },
    ];
    const result = buildWith({ defaults: { env: { A: '${NO}' }, nam: 1, name: 'x', type: 'x' }, services });
    expect(issueLines(result).map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      'ERR_CONFIG_UNKNOWN_KEY defaults.name (key)',
      'ERR_CONFIG_UNKNOWN_KEY defaults.nam (key)',
      'ERR_CONFIG_TYPE defaults.type',
      'ERR_CONFIG_VARIABLE defaults.env.A',
      'ERR_CONFIG_VARIABLE services[0].env.C',
    ]);
  });
});

describe('env_file', () => {
  const files: Record<string, string> = {
    '/srv/app/.env': 'A=1\nB="two words"\n',
    '/srv/app/more.env': 'B=3',
    '/srv/app/bad.env': 'A=1\n%',
  };
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined)
      throw Object.assign(new Error('gone'), { code: path.includes('secret') ? 'EACCES' : 'ENOENT' });
    return text;
  };
  const built = (keys: Record<string, unknown>) =>
    buildWith({ services: [{ name: 'web', command: 'x', ...keys }] }, { readText });

  test.each<{ summary: string; keys: Record<string, unknown>; env: Record<string, string> }>([
    { summary: 'one', keys: { env_file: '.env' }, env: { A: '1', B: 'two words' } },
    { summary: 'several, later ones win', keys: { env_file: ['.env', 'more.env'] }, env: { A: '1', B: '3' } },
    { summary: 'under env', keys: { env_file: '.env', env: { A: '9' } }, env: { A: '9', B: 'two words' } },
    { summary: 'that may be missing', keys: { env_file: ['-none.env', '-more.env'] }, env: { B: '3' } },
    { summary: 'with a variable in its name', keys: { env_file: '${NAME:-more}.env' }, env: { B: '3' } },
    { summary: 'empty', keys: { env_file: '' }, env: {} },
  ])('$summary', ({ keys, env }) => {
    expect(built(keys).plan?.services[0]?.env).toEqual(env);
  });

  test.each([
    [
      'none.env',
      'ERR_CONFIG_UNREADABLE services[0].env_file: cannot read the environment file /srv/app/none.env of service "web": there is no such file | create it, or write "-" before the path when it may be missing',
    ],
    [
      '-secret.env',
      'ERR_CONFIG_UNREADABLE services[0].env_file: cannot read the environment file /srv/app/secret.env of service "web": EACCES',
    ],
    [
      'bad.env',
      'ERR_CONFIG_TYPE services[0].env_file: cannot read line 2 of the environment file /srv/app/bad.env: expected KEY=VALUE, received "%"',
    ],
  ])('%s is an error', (file, issue) => {
    expect(issueLines(built({ env_file: file }))).toEqual([issue]);
  });
});

test('a key that slipped into the table of variables is a warning', () => {
  const result = buildWith({ services: [{ name: 'web', command: 'x', env: { A: '1', required: true } }] });
  expect(issueLines(result)).toEqual([
    'warning ERR_CONFIG_UNKNOWN_KEY services[0].env.required (key): service "web" gets a variable "required", which is the name of a service key | keys below [services.env] belong to that table; move "required" above it',
  ]);
  expect(result.plan?.services[0]?.env).toEqual({ A: '1', required: 'true' });
});

describe('instances', () => {
  test('make copies that know their number', () => {
    const { plan, issues } = buildWith({
      services: [
        {
          name: 'web',
          command: 'node',
          args: ['--port', '80${INSTANCE}'],
          env: { N: '${INSTANCE}' },
          pid_file: 'w${INSTANCE}',
          instances: 3,
        },
      ],
    });
    expect(issues).toEqual([]);
    expect(
      plan?.services.map(({ name, args, env, pidFile, instance }) => ({ name, args, env, pidFile, instance })),
    ).toEqual(
      [1, 2, 3].map((index) => ({
        name: `web@${index}`,
        args: ['--port', `80${index}`],
        env: { INSTANCE: String(index), N: String(index) },
        pidFile: `/srv/app/w${index}`,
        instance: { of: 'web', index },
      })),
    );
  });
});

describe('plugins', () => {
  const options = { pluginNames: new Set(['healthcheck', 'budget']) };
  test.each<{ summary: string; plugins: unknown; expected: unknown }>([
    {
      summary: 'as a list',
      plugins: ['healthcheck', './mine.ts'],
      expected: { plugins: ['healthcheck', './mine.ts'], pluginConfig: {} },
    },
    {
      summary: 'as tables',
      plugins: {
        healthcheck: { port: 1 },
        logrotate: true,
        control: false,
        budget: { use: './budget.ts', perHour: 2 },
      },
      expected: {
        plugins: ['healthcheck', 'logrotate', './budget.ts'],
        pluginConfig: { healthcheck: { port: 1 }, logrotate: {}, budget: { perHour: 2 } },
      },
    },
  ])('$summary', ({ plugins, expected }) => {
    const result = buildWith({ plugins }, options);
    expect(issueLines(result)).toEqual([]);
    expect(result.plan).toMatchObject(expected as object);
  });
});

describe('the project', () => {
  test('is the one given from outside, else the key, else made of the folder', () => {
    expect(buildWith({ project: 'shop' }, { project: 'other' }).plan?.project).toBe('other');
    expect(buildWith({ project: 'shop' }).plan?.project).toBe('shop');
    expect(buildWith({}, { directory: '/srv/My App!' }).plan?.project).toMatch(/^my-app-[0-9a-f]{6}$/);
  });
});

describe('a plan', () => {
  test('is frozen all the way down and leaves the input alone', () => {
    const raw = {
      plugins: { healthcheck: { list: [1] } },
      services: [{ name: 'web', command: 'node', args: ['a'], env: { A: '1' }, healthcheck: { deep: { list: [{}] } } }],
    };
    const { plan } = buildWith(raw, { pluginNames: new Set(['healthcheck']) });
    const loose: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) loose.push(path);
      for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
    };
    visit(plan, 'plan');
    expect(plan).toBeDefined();
    expect(loose).toEqual([]);
    expect(Object.isFrozen(raw.services[0]?.healthcheck.deep.list)).toBe(false);
    expect(plan?.services[0]?.sections).toEqual({ healthcheck: { deep: { list: [{}] } } });
  });
});
