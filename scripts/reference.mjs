// Writes the reference pages that are made from the code: configuration keys, hooks, error codes, commands.
// With --check nothing is written; a page that differs is a failure that shows the remedy.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { COMMANDS } from '../packages/cli/src/command-line/table.ts';
import { assembleSchema } from '../packages/cli/src/config/json-schema.ts';
import { ERROR_CODES, HOOKS } from '../packages/core/src/index.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../docs/reference');
const MADE = 'This page is made from the code by `npm run docs`.\n';

function configuration() {
  const schema = assembleSchema([]);
  const service = schema.properties.services.items;
  return `# Configuration keys

${MADE}
A file is TOML (\`services.toml\`, \`tappet.toml\`, \`.config/tappet.toml\`), JSON, YAML, a \`tappet\` key in \`package.json\`, or a module (\`tappet.config.ts\`).
Durations are seconds as a number, or text such as \`"500ms"\`, \`"5s"\`, \`"2m"\`, \`"1h30m"\`. \`\${VAR}\`, \`\${VAR:-default}\` and \`\${VAR:?message}\` are replaced in commands,
arguments, variables, folders and paths, and in every text of a plugin's tables and keys but those in a language of their own; \`$$\` is a dollar sign; one pass, never split into
several arguments; scripts are left to their shell. Unknown keys are errors.

## Top of the file

${keyTable(schema.properties, ['services'])}
## \`[[services]]\`

${keyTable(service.properties)}`;
}

/** One row for each key; nested tables follow as tables of their own. */
function keyTable(properties, leftOut = []) {
  const rows = Object.entries(properties)
    .filter(([key]) => !leftOut.includes(key))
    .map(([key, { title, description = '', default: standard }]) => {
      const shown = standard === undefined ? '' : `\`${JSON.stringify(standard)}\``;
      return `| \`${key}\` | ${cell(title ?? '')} | ${cell(shown)} | ${cell(description)} |`;
    });
  const nested = Object.entries(properties)
    .filter(([key, value]) => !leftOut.includes(key) && key !== 'defaults' && nestedTable(value) !== undefined)
    .map(([key, value]) => `### \`${key}\`\n\n${keyTable(nestedTable(value))}`);
  return ['| key | | default | meaning |\n| --- | --- | --- | --- |', ...rows, '', ...nested].join('\n');
}

function nestedTable(value) {
  const candidates = [value, ...(value.anyOf ?? []), ...(value.oneOf ?? [])];
  const table = candidates.find(({ properties }) => properties !== undefined && Object.keys(properties).length > 0);
  return table?.properties;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function hooks() {
  const policies = {
    gate: 'a throw vetoes and is the reported reason',
    transform: 'a throw aborts that one operation, the old value stays',
    decide: 'sync; a throw is no opinion and is logged',
    observe: 'a throw is logged with plugin and hook, counted, and the other taps run',
  };
  const sections = Object.entries(HOOKS).map(([name, hook]) => {
    const deadline = hook.deadlineMs === undefined ? 'none' : `${hook.deadlineMs / 1000} s for each tap`;
    const order = hook.order === 'reverse' ? 'last tapped runs first' : 'as tapped';
    return `## \`${name}\`

${hook.when}

| | |
| --- | --- |
| kind | ${hook.kind}: ${policies[hook.kind]} |
| called like | tapable's ${hook.tapable} |
| payload | \`${cell(hook.payload)}\` |
| returns | ${hook.returns} |
| order within a stage | ${order} |
| deadline | ${deadline} |

\`\`\`ts
${hook.example}
\`\`\`
`;
  });
  return `# Hooks

${MADE}
Every hook of a supervisor. Taps have a name and one of three stages (\`early\`, \`normal\`, \`late\`). A tap of an asynchronous hook may be synchronous or
asynchronous; both are awaited. A plugin never takes the supervisor down.

${sections.join('\n')}`;
}

function errors() {
  const rows = Object.entries(ERROR_CODES).map(([code, meaning]) => `| \`${code}\` | ${cell(meaning)} |`);
  return `# Error codes

${MADE}
Every error that a user can act on carries one of these codes. A code is never used for something else.

| code | meaning |
| --- | --- |
${rows.join('\n')}
`;
}

function commandLine() {
  const sections = COMMANDS.map((command) => {
    const { name, alias, summary, argument, options, examples } = command;
    const usage = `tappet ${name}${options.length > 0 ? ' [OPTION]…' : ''}${argument === undefined ? '' : argument.min > 0 ? ` ${argument.name}` : ` [${argument.name}]`}`;
    const rows = options.map(
      (option) =>
        `| \`--${option.name}${option.value === undefined ? '' : ` ${option.value}`}\`${option.short === undefined ? '' : `, \`-${option.short}\``} | ${cell(option.description)} |`,
    );
    return `## \`tappet ${name}\`

${summary[0].toUpperCase()}${summary.slice(1)}.${alias === undefined ? '' : ` Also \`tappet ${alias}\`.`}

\`\`\`
${usage}
\`\`\`

${argument === undefined ? '' : `\`${argument.name}\`: ${argument.description}.\n\n`}${rows.length === 0 ? '' : `| option | |\n| --- | --- |\n${rows.join('\n')}\n\n`}${examples.length === 0 ? '' : `\`\`\`sh\n${examples.join('\n')}\n\`\`\`\n`}`;
  });
  return `# Command line

${MADE}
Exit codes: 0 fine, 1 the operation or a required service failed, 2 usage or configuration, 3 no supervisor is running, 4 a service is not known.
A client command finds its supervisor by \`--socket\`, else \`--config\`, else the configuration found from the current folder, else the only one that runs for this user.

${sections.join('\n')}`;
}

const pages = {
  'configuration.md': configuration(),
  'hooks.md': hooks(),
  'errors.md': errors(),
  'cli.md': commandLine(),
};

const isCheck = process.argv.includes('--check');
const style = await resolveConfig(join(folder, 'hooks.md'));
let failures = 0;
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(pages)) {
  const path = join(folder, name);
  const formatted = await format(text, { ...style, parser: 'markdown' });
  if (!isCheck) writeFileSync(path, formatted);
  else if (read(path) !== formatted) {
    failures += 1;
    console.error(`docs/reference/${name} does not say what the code says: run "npm run docs" and commit it`);
  }
}
process.exit(failures === 0 ? 0 : 1);

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
