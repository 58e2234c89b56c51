import { readCount, readValue, skipSpace, stripSeparator } from './argument.ts';
import { Cursor } from './cursor.ts';
import { type Directive, DIRECTIVES } from './directives.ts';
import { readNames } from './names.ts';
import type { Parsed } from './ownership.ts';
import { skipBlock } from './recovery.ts';
import type { RotationRules } from './rules.ts';
import { RulesInForce } from './rules-in-force.ts';
import { readScript } from './script.ts';
import type { Session } from './session.ts';
import { changeTaboo } from './taboo.ts';

/** How deep files may include files. */
const DEEPEST = 16;

/** What reading one text left behind. */
export interface ParseResult {
  /** The rules in force at its end: what the including file goes on with. */
  readonly rules: RotationRules;
  /** An error cost the rest of the text. */
  readonly isBroken: boolean;
}

/**
 * Reads one configuration text. Finished blocks go to the session, everything worth saying to its reporter.
 * Never throws on any input. An error costs as much as in the C program: a word that is unknown costs its line; an error
 * inside a block costs the block; an error outside of blocks, a bad `weekly` argument, an unbalanced brace, a script
 * without its end and a missing `olddir` cost the rest of the text.
 */
export function parseText(
  session: Session,
  source: { text: string; file: string; rules: RotationRules; depth: number },
): ParseResult {
  const parser = new Parser(session, source);
  return { isBroken: !parser.run(), rules: parser.rules.globals };
}

/** What follows from one step: go on, leave the block, or give up the text. */
type Step = 'go on' | 'block is lost' | 'text is lost';

class Parser {
  readonly rules: RulesInForce;
  readonly #session: Session;
  readonly #cursor: Cursor;
  readonly #file: string;
  readonly #depth: number;

  constructor(session: Session, { text, file, rules, depth }: Parameters<typeof parseText>[1]) {
    this.#session = session;
    this.#cursor = new Cursor(text);
    this.#file = file;
    this.#depth = depth;
    this.rules = new RulesInForce(session, { file, rules });
  }

  /** False when the rest of the text was lost. */
  run(): boolean {
    for (;;) {
      this.#cursor.skipBlanks();
      if (this.#cursor.isAtEnd) return this.#closeBlock() !== 'text is lost';
      const step = this.#step(this.#cursor.peek());
      if (step === 'text is lost') {
        this.rules.drop();
        return false;
      }
      if (step === 'block is lost') this.#leaveBlock();
    }
  }

  #step(character: string): Step {
    if (character === '\n') {
      this.#cursor.skip();
      return 'go on';
    }
    if (character === '#') {
      this.#cursor.restOfLine();
      return 'go on';
    }
    if (/[A-Za-z]/.test(character)) return this.#directive();
    if (/[/"'~]/.test(character)) return this.#names();
    if (character === '}') return this.#closingBrace();
    return this.#fail('lines must begin with a keyword or a filename (possibly in double quotes)');
  }

  #names(): Step {
    const line = this.#cursor.line;
    if (this.rules.isInBlock) return this.#fail('unexpected log filename');
    const names = readNames(this.#cursor);
    if ('problem' in names) {
      this.#error(names.problem, line);
      return 'text is lost';
    }
    this.rules.open({ names: names.words, pattern: names.pattern, line });
    return 'go on';
  }

  #closingBrace(): Step {
    if (!this.rules.isInBlock) {
      this.#error('unexpected }');
      return 'text is lost';
    }
    this.#cursor.skip();
    const step = this.#closeBlock();
    const line = this.#cursor.line;
    if (this.#cursor.restOfLine().trim() !== '') {
      this.#session.report({ level: 'error', message: 'unexpected text after }', file: this.#file, line });
    }
    return step;
  }

  #closeBlock(): Step {
    const problem = this.rules.close();
    if (problem === undefined) return 'go on';
    this.#error(problem);
    return 'text is lost';
  }

  #directive(): Step {
    const line = this.#cursor.line;
    const word = this.#cursor.word();
    const next = this.#cursor.peek();
    if (next !== '' && next !== '=' && !/\s/.test(next)) {
      const found = next.charCodeAt(0);
      return this.#fail(
        `keyword '${word}' not properly separated, found ${found === 0 ? '0' : `0x${found.toString(16)}`}`,
      );
    }
    const directive = DIRECTIVES[word];
    if (directive === undefined) {
      this.#say('warning', `unknown option '${word}' -- ignoring line`, line);
      this.#cursor.restOfLine();
      return 'go on';
    }
    return this.#apply(directive, { word, line });
  }

  #apply(directive: Directive, { word, line }: { word: string; line: number }): Step {
    const context = { accounts: this.#session.accounts };
    switch (directive.takes) {
      case 'nothing':
        skipSpace(this.#cursor);
        return this.#change(word, line, { value: { rules: directive.change } });
      case 'number':
        return this.#change(word, line, directive.read(readCount(this.#cursor)));
      case 'rest': {
        const before = this.#cursor.mark();
        const raw = this.#cursor.restOfLine();
        const parsed = directive.read(directive.isFatal === true ? raw : stripSeparator(raw).trimEnd(), context);
        if ('problem' in parsed && directive.isFatal === true) {
          this.#error(parsed.problem, line);
          return 'text is lost';
        }
        return this.#change(word, line, parsed, before);
      }
      case 'value': {
        const before = this.#cursor.mark();
        const value = readValue(this.#cursor);
        if (value !== '') return this.#change(word, line, directive.read(value, context), before);
        return this.#missing(directive.what, { line, isHarmless: directive.isMissingHarmless === true });
      }
      case 'script':
        return this.#script(directive.script);
      case 'include':
        return this.#include(line);
      case 'tabooext':
      case 'taboopat':
        return this.#taboo(directive.takes, line);
      case 'deprecated':
      default:
        this.#say('warning', `the ${word} directive is deprecated and no longer used.`, line);
        return 'go on';
    }
  }

  /** Puts a directive's effect in force, or reports what is wrong with its argument. */
  #change(
    word: string,
    line: number,
    parsed: Parsed<{ rules: Partial<RotationRules>; says?: readonly string[] }>,
    before?: { readonly position: number; readonly line: number },
  ): Step {
    if ('problem' in parsed) {
      if (before !== undefined) this.#cursor.rewind(before);
      return this.#fail(parsed.problem, line);
    }
    for (const message of parsed.value.says ?? []) this.#session.report({ level: 'debug', message });
    if (parsed.warning !== undefined) this.#say('warning', parsed.warning, line);
    const old = this.rules.current;
    const criterion = parsed.value.rules.criterion;
    if (criterion !== undefined && old.hasCriterion && old.criterion.kind !== criterion.kind) {
      this.#session.report({
        level: 'debug',
        message: `note: '${word}' overrides previously specified '${old.criterion.kind}'`,
      });
    }
    this.rules.current = { ...old, ...parsed.value.rules };
    return 'go on';
  }

  #script(name: 'prerotate' | 'postrotate' | 'preremove' | 'firstaction' | 'lastaction'): Step {
    const script = readScript(this.#cursor);
    if (script === undefined) {
      this.#session.fail({ message: 'prerotate, postrotate or preremove without endscript', file: this.#file });
      return 'text is lost';
    }
    this.rules.current = { ...this.rules.current, scripts: { ...this.rules.current.scripts, [name]: script } };
    return 'go on';
  }

  #include(line: number): Step {
    const path = readValue(this.#cursor);
    if (path === '') return this.#missing('include', { line, isHarmless: false });
    this.#session.report({ level: 'debug', message: `including ${path}` });
    if (this.#depth >= DEEPEST) {
      this.#error('include nesting too deep', line);
      return 'go on';
    }
    this.rules.current = this.#session.include({ path, rules: this.rules.current, depth: this.#depth + 1 });
    return 'go on';
  }

  #taboo(kind: 'tabooext' | 'taboopat', line: number): Step {
    if (this.rules.isInBlock) return this.#fail(`${kind} may not appear inside of log file definition`, line);
    const argument = readValue(this.#cursor);
    if (argument === '') return this.#missing(kind, { line, isHarmless: true });
    this.#session.taboo = changeTaboo({ patterns: this.#session.taboo, argument, isEnding: kind === 'tabooext' });
    return 'go on';
  }

  #missing(what: string, { line, isHarmless }: { line: number; isHarmless: boolean }): Step {
    const message = `argument expected after ${what}`;
    if (!isHarmless) return this.#fail(message, line);
    this.#session.report({ level: 'error', message, file: this.#file, line });
    return 'go on';
  }

  #fail(message: string, line: number = this.#cursor.line): Step {
    this.#error(message, line);
    return this.rules.isInBlock ? 'block is lost' : 'text is lost';
  }

  #error(message: string, line: number = this.#cursor.line): void {
    this.#session.fail({ message, file: this.#file, line });
  }

  #say(level: 'warning', message: string, line: number): void {
    this.#session.report({ level, message, file: this.#file, line });
  }

  #leaveBlock(): void {
    this.#session.fail({ message: `found error in ${this.rules.pattern}, skipping` });
    this.rules.drop();
    skipBlock(this.#cursor);
  }
}
