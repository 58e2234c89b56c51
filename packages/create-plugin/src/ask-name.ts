import { createInterface } from 'node:readline/promises';
import { whyNoPluginName } from './plugin-name.ts';

/** Asks on the terminal until the answer is a name; undefined when the person leaves instead. */
export async function askName(): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const left = new AbortController();
  terminal.once('close', () => left.abort());
  try {
    for (;;) {
      const answer = (await terminal.question('Name of the plugin: ', { signal: left.signal })).trim();
      const fault = whyNoPluginName(answer);
      if (fault === undefined) return answer;
      process.stdout.write(`${fault}\n`);
    }
  } catch (error) {
    if (left.signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
