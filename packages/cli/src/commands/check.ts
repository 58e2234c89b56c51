import { checkConfiguration, ConfigError, type ConfigIssue, renderIssues, runtimeDirectory } from '@tappet/core';
import control from '@tappet/plugin-control';
import { type Invocation, textOption } from '../command-line/definition.ts';
import { EXIT } from '../exit-codes.ts';
import { configSource } from '../read-config.ts';

/** `tappet check`: every issue of the configuration, exit code 2 when one of them is an error. */
export async function run({ options, io }: Invocation): Promise<number> {
  const issues = await allIssues(textOption(options, 'config'), { project: textOption(options, 'project'), io });
  const errors = issues.found.filter((issue) => issue.severity !== 'warning');
  if (options['json'] === true) {
    io.out(`${JSON.stringify({ file: issues.file ?? null, ok: errors.length === 0, issues: issues.found })}\n`);
  } else {
    if (issues.found.length > 0) io.err(`${renderIssues(issues.found)}\n`);
    if (errors.length === 0) io.out(`${issues.file ?? 'the configuration'} is fine: ${issues.summary}\n`);
    else io.err(`${errors.length} ${errors.length === 1 ? 'error' : 'errors'}, nothing was started\n`);
  }
  return errors.length === 0 ? EXIT.fine : EXIT.usage;
}

interface Outcome {
  readonly file: string | undefined;
  readonly found: readonly ConfigIssue[];
  readonly summary: string;
}

async function allIssues(
  config: string | undefined,
  { project, io }: { project: string | undefined; io: Invocation['io'] },
): Promise<Outcome> {
  try {
    const source = await configSource(config, io.cwd);
    const { issues, plan } = await checkConfiguration({
      source,
      plugins: [control],
      environment: io.env,
      directory: (name) => runtimeDirectory(name, io.env, process.getuid?.() ?? 0),
      ...(project === undefined ? {} : { project }),
    });
    const count = plan?.services.length ?? 0;
    return { file: source.file, found: issues, summary: `${count} ${count === 1 ? 'service' : 'services'}` };
  } catch (error) {
    if (error instanceof ConfigError) return { file: config, found: error.issues, summary: '' };
    throw error;
  }
}
