import { ConfigError, type ConfigIssue, type ConfigPath, renderIssues } from '@tappet/core';
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { locateIssues } from '../../../../packages/cli/src/config/locate-issue.ts';
import { jsonPlaces } from '../../../../packages/cli/src/config/json-places.ts';
import { tomlPlaces } from '../../../../packages/cli/src/config/toml-places.ts';

const TOML = `project = "shop"
plugins = ["healthcheck",
  "logrotate"]

[timeouts]
post_script_timeout = 7

[defaults]
env = { A = "1", "B C" = "2" }

[[services]]
name = "web"
args = [
  "--port",
  8080,
]
restart.policy = "always"

[services.wait_after]
redis = 2

[services.healthcheck.http]
url = "x"

[[services]]
name = "redis"
[services.env]
X = 1
`;
const JSON_TEXT = `{
  "timeouts": { "post_script_timeout": 7 },
  "services": [
    { "name": "web", "args": ["--port", 8080], "env": {} },
    {
      "name": "redis",
      "wait\\u005fafter": { "x": 1 }
    }
  ]
}
`;
const YAML = `# a stack
timeouts:
  post_script_timeout: 7
services:
- name: web   # the site
  args:
    - --port
    - 8080
  pre_script: |
    env: none
    - not: this
  env:
    "A B": 1
    'C': 2
    D: { E: 1 }
-
  name: redis
  wait_after: {web: 1}
  depends_on: [ web ]
plugins:
  - healthcheck
  - - nested
`;

interface Case {
  path: ConfigPath;
  at?: 'key' | 'value';
  place: string;
}

function placed(
  file: string,
  text: string,
  raw: unknown,
  { path, at = 'value' }: Case,
  prefix: ConfigPath = [],
): string {
  const issue: ConfigIssue = { code: 'ERR_CONFIG_TYPE', message: 'm', path, at };
  const [located] = locateIssues([issue], { file, text, raw, prefix });
  return located?.line === undefined ? 'nowhere' : `${located.line}:${located.column} ${located.excerpt}`;
}

describe('in TOML an issue is placed', () => {
  test.each<Case>([
    { path: ['project'], place: '1:11 project = "shop"' },
    { path: ['project'], at: 'key', place: '1:1 project = "shop"' },
    { path: ['plugins', 1], place: '3:3   "logrotate"]' },
    { path: ['timeouts', 'post_script_timeout'], place: '6:23 post_script_timeout = 7' },
    { path: ['timeouts'], at: 'key', place: '5:2 [timeouts]' },
    { path: ['defaults', 'env', 'B C'], at: 'key', place: '9:18 env = { A = "1", "B C" = "2" }' },
    { path: ['defaults', 'env', 'B C'], place: '9:26 env = { A = "1", "B C" = "2" }' },
    { path: ['services', 0, 'args', 1], place: '15:3   8080,' },
    { path: ['services', 0, 'restart', 'policy'], place: '17:18 restart.policy = "always"' },
    { path: ['services', 0, 'restart'], at: 'key', place: '17:1 restart.policy = "always"' },
    { path: ['services', 0, 'wait_after', 'redis'], at: 'key', place: '20:1 redis = 2' },
    { path: ['services', 0, 'wait_after'], at: 'key', place: '19:11 [services.wait_after]' },
    { path: ['services', 0, 'healthcheck'], at: 'key', place: '22:11 [services.healthcheck.http]' },
    { path: ['services', 0, 'healthcheck', 'http', 'url'], place: '23:7 url = "x"' },
    { path: ['services', 1, 'env', 'X'], place: '28:5 X = 1' },
    { path: ['services', 1], place: '25:1 [[services]]' },
    { path: ['services', 1, 'command'], place: '25:3 [[services]]' },
    { path: ['services', 0, 'args', 7], place: '13:1 args = [' },
    { path: ['services', 'redis', 'name'], place: '26:8 name = "redis"' },
    { path: ['services', 'gone', 'name'], place: '11:3 [[services]]' },
    { path: ['nothing', 'there'], place: 'nowhere' },
    { path: [], place: 'nowhere' },
  ])('$path ($at)', ({ place, ...issue }) => {
    expect(placed('/x/services.toml', TOML, parse(TOML), { ...issue, place })).toBe(place);
  });

  test('in the table of a plugin by its position', () => {
    const text = '[plugins.a]\nx = 1\n[plugins]\nb = false\nc = true\n';
    expect(placed('/x/a.toml', text, parse(text), { path: ['plugins', 1], at: 'key', place: '' })).toBe('5:1 c = true');
  });

  test('whatever the path of a value in it', () => {
    const key = fc.string({ minLength: 1, maxLength: 5 });
    const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.string());
    const { table } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(leaf, { maxLength: 3 }),
        tie('table'),
        fc.array(tie('table'), { minLength: 1, maxLength: 2 }),
      ),
      table: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    }));
    fc.assert(
      fc.property(table, (input) => {
        const text = stringify(input);
        const places = tomlPlaces(text);
        const paths = pathsOf(parse(text), []);
        expect(paths.filter((path) => (places.value(path) ?? places.key(path)) === undefined)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('in JSON an issue is placed', () => {
  test.each<Case>([
    { path: ['timeouts', 'post_script_timeout'], place: '2:40   "timeouts": { "post_script_timeout": 7 },' },
    { path: ['services', 0, 'args', 1], place: '4:41     { "name": "web", "args": ["--port", 8080], "env": {} },' },
    {
      path: ['services', 0, 'env'],
      at: 'key',
      place: '4:48     { "name": "web", "args": ["--port", 8080], "env": {} },',
    },
    { path: ['services', 1], place: '5:5     {' },
    { path: ['services', 1, 'command'], place: '5:5     {' },
    { path: ['services', 1, 'wait_after', 'x'], at: 'key', place: '7:28       "wait\\u005fafter": { "x": 1 }' },
    { path: ['services', 'redis', 'name'], place: '6:15       "name": "redis",' },
  ])('$path ($at)', ({ place, ...issue }) => {
    expect(placed('/x/tappet.json', JSON_TEXT, JSON.parse(JSON_TEXT), { ...issue, place })).toBe(place);
  });

  test('below the property of a package.json', () => {
    const text = '{ "name": "x",\n  "tappet": {\n    "services": 5\n  }\n}\n';
    const raw = { services: 5 };
    expect(placed('/x/package.json', text, raw, { path: ['services'], place: '' }, ['tappet'])).toBe(
      '3:17     "services": 5',
    );
  });

  test('at exactly the text of the value, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, undefined, 2);
        const lines = text.split('\n');
        for (const path of [[], ...pathsOf(value, [])]) {
          const place = jsonPlaces(text).value(path);
          const rest = [
            (lines[(place?.line ?? 0) - 1] ?? '').slice((place?.column ?? 0) - 1),
            ...lines.slice(place?.line),
          ].join('\n');
          expect(rest.startsWith(JSON.stringify(at(value, path)).slice(0, 1))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('in YAML an issue is placed', () => {
  test.each<Case>([
    { path: ['timeouts', 'post_script_timeout'], place: '3:24   post_script_timeout: 7' },
    { path: ['timeouts'], at: 'key', place: '2:1 timeouts:' },
    { path: ['services', 0], place: '5:3 - name: web   # the site' },
    { path: ['services', 0, 'name'], place: '5:9 - name: web   # the site' },
    { path: ['services', 0, 'args', 1], place: '8:7     - 8080' },
    { path: ['services', 0, 'pre_script'], at: 'key', place: '9:3   pre_script: |' },
    { path: ['services', 0, 'env'], at: 'key', place: '12:3   env:' },
    { path: ['services', 0, 'env', 'A B'], place: '13:12     "A B": 1' },
    { path: ['services', 0, 'env', 'C'], place: "14:10     'C': 2" },
    { path: ['services', 0, 'env', 'D', 'E'], place: '15:5     D: { E: 1 }' },
    { path: ['services', 1, 'name'], place: '17:9   name: redis' },
    { path: ['services', 1, 'wait_after', 'web'], at: 'key', place: '18:3   wait_after: {web: 1}' },
    { path: ['services', 1, 'depends_on', 0], place: '19:3   depends_on: [ web ]' },
    { path: ['plugins', 0], place: '21:5   - healthcheck' },
    { path: ['plugins', 1, 0], place: '22:7   - - nested' },
  ])('$path ($at)', ({ place, ...issue }) => {
    expect(placed('/x/tappet.yaml', YAML, {}, { ...issue, place })).toBe(place);
  });
});

describe('an issue without a place', () => {
  const issue: ConfigIssue = { code: 'ERR_CONFIG_TYPE', message: 'm', path: ['services'] };

  test('of a program gets the file alone', () => {
    const source = {
      file: '/x/tappet.config.ts',
      text: 'export default { services: 5 };',
      raw: { services: 5 },
      prefix: [],
    };
    expect(locateIssues([issue], source)).toEqual([{ ...issue, file: '/x/tappet.config.ts' }]);
  });

  test('of a text that only the other parser understands gets the file alone', () => {
    expect(locateIssues([issue], { file: '/x/a.toml', text: '= broken', raw: {}, prefix: [] })).toEqual([
      { ...issue, file: '/x/a.toml' },
    ]);
  });

  test('keeps the file it came with', () => {
    const foreign = { ...issue, path: [], file: '/other.toml', line: 3 };
    expect(locateIssues([foreign], { file: '/x/a.toml', text: '', raw: {}, prefix: [] })).toEqual([foreign]);
  });
});

test('a person reads file, line, column, the line with a caret, and what to do', () => {
  const issue: ConfigIssue = {
    code: 'ERR_CONFIG_UNKNOWN_KEY',
    message: 'cannot use "x"',
    path: ['timeouts', 'post_script_timeout'],
    at: 'key',
    hint: 'remove it',
  };
  const issues = locateIssues([issue], { file: 'a.toml', text: TOML, raw: parse(TOML), prefix: [] });
  expect(renderIssues(new ConfigError(issues).issues)).toBe(
    ['a.toml:6:1: error: cannot use "x"', '  6 | post_script_timeout = 7', '    | ^', '  hint: remove it'].join('\n'),
  );
});

function pathsOf(value: unknown, path: (string | number)[]): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]) => [[...path, key], ...pathsOf(item, [...path, key])]);
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}
