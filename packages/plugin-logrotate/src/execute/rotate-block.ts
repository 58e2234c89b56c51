import type { LogBlock, ScriptName } from '../language/rules.ts';
import type { RotationContext } from './context.ts';
import { describeBlock } from './describe-block.ts';
import { inspectLog } from './inspect-log.ts';
import { FileProblem, type LogFiles } from './log-files.ts';
import type { RotationSource } from './old-copies.ts';
import type { LogRotation } from './rotate-log.ts';

/** Looks at every log of a block and rotates those that are due. False when anything failed; it was reported. */
export async function rotateBlock(block: LogBlock, context: RotationContext): Promise<boolean> {
  context.report({ level: 'debug', message: `\n${describeBlock(block, context)}` });
  if (block.files.length === 0) {
    context.report({ level: 'debug', message: 'No logs found. Rotation not needed.' });
    return true;
  }
  const files = await context.filesFor(block.rules.su);
  try {
    return await new BlockRotation({ block, files, context }).run();
  } finally {
    await files.close();
  }
}

class BlockRotation {
  readonly #block: LogBlock;
  readonly #files: LogFiles;
  readonly #context: RotationContext;
  #hasFailed = false;

  constructor({ block, files, context }: { block: LogBlock; files: LogFiles; context: RotationContext }) {
    this.#block = block;
    this.#files = files;
    this.#context = context;
  }

  async run(): Promise<boolean> {
    const due = await this.#inspect();
    const isSpoilt = this.#hasFailed && this.#block.rules.sharedScripts;
    if (due.length === 0 || isSpoilt) return this.#nothingToDo();
    if (!(await this.#script('firstaction', [this.#block.pattern]))) {
      return this.#fail(`error running first action script for ${this.#block.pattern}`);
    }
    if (this.#block.rules.sharedScripts) {
      await this.#rotateTogether(due);
    } else {
      for (const rotation of due) await this.#rotateAlone(rotation);
    }
    if (due.some(({ hasFailed }) => hasFailed)) this.#hasFailed = true;
    if (!(await this.#script('lastaction', [this.#block.pattern]))) {
      this.#fail(`error running last action script for ${this.#block.pattern}`);
    }
    return !this.#hasFailed;
  }

  async #inspect(): Promise<LogRotation[]> {
    const due: LogRotation[] = [];
    const directories = new Map<string, string | undefined>();
    for (const log of this.#block.files) {
      const source: Omit<RotationSource, 'facts'> = {
        log,
        block: this.#block,
        files: this.#files,
        context: this.#context,
      };
      const inspection = await inspectLog({ ...source, directories }).catch((error: unknown) => {
        if (!(error instanceof FileProblem)) throw error;
        this.#fail(error.message);
        return { verdict: 'failed' as const };
      });
      if (inspection.verdict === 'failed') this.#hasFailed = true;
      if (inspection.verdict !== 'due') continue;
      // Loaded on demand: a run that finds nothing due is over sooner.
      const { LogRotation } = await import('./rotate-log.ts');
      due.push(new LogRotation({ ...source, facts: inspection.facts }));
    }
    return due;
  }

  async #rotateTogether(rotations: readonly LogRotation[]): Promise<void> {
    const { pattern } = this.#block;
    if (!(await this.#script('prerotate', [pattern]))) {
      this.#fail(`error running shared prerotate script for '${pattern}'`);
      return;
    }
    for (const step of ['prepare', 'rotate'] as const) {
      for (const rotation of rotations) {
        if (!rotations.some(({ hasFailed }) => hasFailed)) await rotation[step]();
      }
    }
    if (rotations.some(({ hasFailed }) => hasFailed)) {
      this.#debug('not running postrotate script, since a log could not be rotated');
      return;
    }
    if (!(await this.#script('postrotate', [pattern]))) {
      this.#fail(`error running shared postrotate script for '${pattern}'`);
      return;
    }
    for (const rotation of rotations) await rotation.finish();
  }

  async #rotateAlone(rotation: LogRotation): Promise<void> {
    const { pattern } = this.#block;
    if (!(await this.#script('prerotate', [rotation.log]))) {
      this.#fail(`error running non-shared prerotate script for ${rotation.log} of '${pattern}'`);
      return;
    }
    await rotation.prepare();
    await rotation.rotate();
    if (rotation.hasFailed) return;
    if (!(await this.#script('postrotate', [rotation.log, rotation.rotatedName]))) {
      this.#fail(`error running non-shared postrotate script for ${rotation.log} of '${pattern}'`);
      return;
    }
    await rotation.finish();
  }

  /** True when there is no such script, or it succeeded. */
  async #script(name: ScriptName, args: readonly string[]): Promise<boolean> {
    const text = this.#block.rules.scripts[name];
    if (text === undefined) return true;
    this.#debug(`running ${SCRIPT_TITLES[name]} script`);
    this.#debug(`running script with args ${args.join(' ')}: "${text}"`);
    return this.#context.isDryRun || this.#context.runScript({ text, args });
  }

  #nothingToDo(): boolean {
    for (const name of ['firstaction', 'prerotate', 'postrotate', 'lastaction'] as const) {
      if (this.#block.rules.scripts[name] === undefined) continue;
      this.#debug(`not running ${SCRIPT_TITLES[name]} script, since no logs will be rotated`);
    }
    return !this.#hasFailed;
  }

  #fail(message: string): false {
    this.#hasFailed = true;
    this.#context.report({ level: 'error', message });
    return false;
  }

  #debug(message: string): void {
    this.#context.report({ level: 'debug', message });
  }
}

const SCRIPT_TITLES: Readonly<Record<ScriptName, string>> = {
  firstaction: 'first action',
  prerotate: 'prerotate',
  postrotate: 'postrotate',
  preremove: 'preremove',
  lastaction: 'last action',
};
