import { parseArgs } from 'node:util';
import type { CliCommand } from '@tappet/cli';
import * as v from 'valibot';
import { reportSchema } from './schema.ts';

const USAGE = `Usage: tappet my-thing [--json] [--socket PATH | --config FILE | --project NAME]

Shows how often each service failed within the last hour, and how often it may.
`;

/** What this plugin adds to "tappet". The plugin itself is not loaded for it: it runs in the supervisor and is asked from here. */
export const commands: readonly CliCommand[] = [
  {
    name: 'my-thing',
    summary: 'failures of each service within the last hour',
    async run({ args, io, connect }) {
      const { help, json, ...which } = readArgs(args);
      if (help) {
        io.out(USAGE);
        return 0;
      }
      const client = await connect(which);
      const report = v.parse(reportSchema, await client.call('my-thing', 'report'));
      if (json) io.out(`${JSON.stringify(report)}\n`);
      else for (const row of report) io.out(`${row.service}: ${row.failures} of ${row.limit} failures\n`);
      return 0;
    },
  },
];

function readArgs(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      socket: { type: 'string' },
      config: { type: 'string' },
      project: { type: 'string' },
    },
  });
  return values;
}
