import { buildPlan, renderIssues } from '@tappet/core';
import { describe, expect, test } from 'vitest';
import { fileSource } from '../../../../packages/cli/src/config/read.ts';
import { folderWith } from './folder.ts';

/** What a person reads about a file, its folder written as `~`. */
async function told(name: string, text: string): Promise<string> {
  const folder = folderWith({ [name]: text });
  const { raw, file, directory, locate } = await fileSource(name, { cwd: folder }).load();
  const { issues } = buildPlan(raw, {
    file,
    directory,
    environment: {},
    pluginNames: new Set(['logrotate']),
    serviceKeys: new Map(),
  });
  return renderIssues(locate(issues)).replaceAll(folder, '~');
}

describe('everything wrong with a file is told at once, each with its line', () => {
  test('in TOML', async () => {
    const text = `[timeouts]
service_shutdown_timout = 10

[defaults]
restart = "on-failur"

[[services]]
name = "web"
command = "server --port \${PORT}"
depends_on = ["rediss", "worker"]
user = "0day"

[services.wait_after]
redis = 2
enabled = true

[[services]]
name = "redis"
comand = "redis-server"

[[services]]
name = "worker"
command = "work"
args = ["--n", 5]
depends_on = { web = "ready" }

[services.healthcheck]
http = "/"
`;
    expect(await told('services.toml', text))
      .toBe(`~/services.toml:2:1: error: cannot use "service_shutdown_timout" in [timeouts]: there is no such key
  2 | service_shutdown_timout = 10
    | ^
  hint: did you mean "service_shutdown_timeout"?
~/services.toml:5:11: error: cannot use "restart" of [defaults]: expected a policy ("never", "on-failure", "always") or a table, received "on-failur"
  5 | restart = "on-failur"
    |           ^
  hint: did you mean "on-failure"?
~/services.toml:15:11: error: cannot use "wait_after.enabled" of service "web": expected a duration: seconds, or text such as "5s", "2m" or "500ms", received true
  15 | enabled = true
     |           ^
  hint: keys below [services.wait_after] belong to that table; move "enabled" above it
~/services.toml:9:11: error: cannot expand "command" of service "web": the variable PORT is not set
  9 | command = "server --port \${PORT}"
    |           ^
  hint: set PORT, or write \${PORT:-} for an empty text or \${PORT:-value} for a default
~/services.toml:11:8: error: cannot run service "web" as user "0day": it begins with a digit, so that it could be taken for a number
  11 | user = "0day"
     |        ^
  hint: use the name of an account, as "getent passwd" lists it
~/services.toml:19:1: error: cannot use "comand" in service "redis": there is no such key
  19 | comand = "redis-server"
     | ^
  hint: did you mean "command"?
~/services.toml:17:1: error: cannot use service "redis": it has no "command"
  17 | [[services]]
     | ^
  hint: add command = "…"
~/services.toml:24:16: error: cannot use "args[1]" of service "worker": expected text, received 5
  24 | args = ["--n", 5]
     |                ^
~/services.toml:27:11: error: cannot use "healthcheck" in service "worker": there is no such key
  27 | [services.healthcheck]
     |           ^
  hint: add "healthcheck" to plugins and npm install @tappet/plugin-healthcheck
~/services.toml:10:15: error: cannot let service "web" depend on "rediss": there is no such service
  10 | depends_on = ["rediss", "worker"]
     |               ^
  hint: did you mean "redis"?
~/services.toml:10:25: error: cannot order services that depend on each other: web → worker → web
  10 | depends_on = ["rediss", "worker"]
     |                         ^
  hint: remove one of these dependencies`);
  });

  test('in JSON', async () => {
    const text = '{\n  "services": [\n    { "name": "web", "command": "x", "user": 5 }\n  ]\n}\n';
    expect(await told('tappet.json', text)).toBe(
      [
        '~/tappet.json:3:46: error: cannot use "user" of service "web": expected text, received 5',
        '  3 |     { "name": "web", "command": "x", "user": 5 }',
        '    |                                              ^',
      ].join('\n'),
    );
  });

  test('in YAML', async () => {
    expect(await told('tappet.yaml', 'services:\n  - name: web\n    comand: x\n    command: y\n')).toBe(
      [
        '~/tappet.yaml:3:5: error: cannot use "comand" in service "web": there is no such key',
        '  3 |     comand: x',
        '    |     ^',
        '  hint: did you mean "command"?',
      ].join('\n'),
    );
  });

  test('in a program, whose lines nobody knows', async () => {
    expect(
      await told('tappet.config.mjs', 'export default { services: [{ name: "web", comand: "x", command: "y" }] };'),
    ).toBe(
      '~/tappet.config.mjs: error: cannot use "comand" in service "web": there is no such key\n  hint: did you mean "command"?',
    );
  });

  test('in a file that is empty', async () => {
    expect(await told('services.toml', '')).toBe(
      '~/services.toml: error: cannot use the configuration: expected a table, received nothing\n  hint: the file is empty; add [[services]]',
    );
  });
});
