import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolate } from '../../../../packages/core/src/plan/interpolate.ts';

const variables = { HOST: 'example.org', EMPTY: '', TRICKY: '${HOST} $$ a b', UNSET: undefined };

describe('a text is expanded', () => {
  test.each<{ summary: string; text: string; expected: string }>([
    { summary: 'nothing to do', text: 'plain text', expected: 'plain text' },
    { summary: 'a set variable', text: 'http://${HOST}:80', expected: 'http://example.org:80' },
    { summary: 'an empty variable', text: '[${EMPTY}]', expected: '[]' },
    { summary: 'two in a row', text: '${HOST}${HOST}', expected: 'example.orgexample.org' },
    { summary: ':- with a set variable', text: '${HOST:-x}', expected: 'example.org' },
    { summary: ':- with an empty variable', text: '${EMPTY:-x}', expected: 'x' },
    { summary: ':- with an unset variable', text: '${PORT:-8080}', expected: '8080' },
    { summary: ':- with nothing after it', text: '[${PORT:-}]', expected: '[]' },
    { summary: '- with an empty variable', text: '[${EMPTY-x}]', expected: '[]' },
    { summary: '- with an unset variable', text: '${UNSET-x}', expected: 'x' },
    { summary: 'a default with a colon', text: '${REDIS_URL:-localhost:6379}', expected: 'localhost:6379' },
    { summary: 'a default with a reference', text: '${A:-${B:-${HOST}}}', expected: 'example.org' },
    { summary: 'a default of several lines', text: '${A:-one\n{two}!', expected: 'one\n{two!' },
    { summary: ':? with a set variable', text: '${HOST:?needed}', expected: 'example.org' },
    { summary: '? with an empty variable', text: '[${EMPTY?needed}]', expected: '[]' },
    { summary: 'a doubled dollar', text: 'costs $$5 $${HOST} $$$$', expected: 'costs $5 ${HOST} $$' },
    { summary: 'a lone dollar', text: '$HOST $ $5 ^a$', expected: '$HOST $ $5 ^a$' },
    { summary: 'values are not expanded again', text: '${TRICKY}', expected: '${HOST} $$ a b' },
  ])('$summary', ({ text, expected }) => {
    expect(interpolate(text, variables)).toEqual({ text: expected });
  });

  test.each<{ text: string; error: string; hint: string }>([
    { text: 'a ${PORT} b', error: 'the variable PORT is not set', hint: '${PORT:-}' },
    { text: '${UNSET}', error: 'the variable UNSET is not set', hint: '${UNSET:-}' },
    { text: '${A:-${B}}', error: 'the variable B is not set', hint: '${B:-}' },
    { text: '${PORT:?say where to listen}', error: 'PORT: say where to listen', hint: 'set PORT' },
    { text: '${EMPTY:?must not be empty}', error: 'EMPTY: must not be empty', hint: 'set EMPTY' },
    { text: '${PORT?}', error: 'the variable PORT is not set', hint: 'set PORT' },
    { text: '${PORT', error: '"${PORT" has no closing }', hint: 'write $$' },
    { text: '${}', error: '"${}" is no variable reference', hint: '${VAR:-default}' },
    { text: '${1}', error: '"${1}" is no variable reference', hint: '${VAR:-default}' },
    { text: '${A B}', error: '"${A B}" is no variable reference', hint: '${VAR:-default}' },
    { text: '${A:=x}', error: '"${A:=x}" is no variable reference', hint: '${VAR:-default}' },
  ])('$text is an error', ({ text, error, hint }) => {
    const result = interpolate(text, variables);
    expect(result.error).toBe(error);
    expect(result.hint).toContain(hint);
  });

  test('names that every object has are not variables', () => {
    expect(interpolate('${toString:-x}${constructor:-y}', {})).toEqual({ text: 'xy' });
  });

  test('what a variable holds stands in the result as it is, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        const quoted = (text: string): string => text.replaceAll('$', '$$$$');
        const result = interpolate(`${quoted(before)}\${X}${quoted(after)}`, { X: value });
        expect(result).toEqual({ text: before + value + after });
      }),
    );
  });

  test('any text gives a text or an error, and never throws', () => {
    const unit = fc.constantFrom('$', '{', '}', ':', '-', '?', 'A', 'HOST', ' ');
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        const result = interpolate(text, variables);
        expect(result.text === undefined).toBe(typeof result.error === 'string');
      }),
      { numRuns: 1000 },
    );
  });
});
