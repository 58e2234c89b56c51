import { endOfReference } from './words.ts';

/** A text with its references replaced, or why one of them cannot be. */
export type Interpolation =
  | { readonly text: string; readonly error?: undefined; readonly hint?: undefined }
  | { readonly text?: undefined; readonly error: string; readonly hint: string };

/** Values of variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}` and `${VAR?message}` by the values of variables and
 * `$$` by `$`. With the colon an empty value counts as unset. A default may contain references itself. One pass: what a variable
 * holds is never looked at again, and stays one argument. A `$` before anything else is an ordinary character. A variable that is
 * unset and has no default is an error.
 */
export function interpolate(text: string, variables: Variables): Interpolation {
  let out = '';
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    if (dollar === -1) break;
    out += text.slice(at, dollar);
    if (text.startsWith('$$', dollar)) {
      out += '$';
      at = dollar + 2;
    } else if (text.startsWith('${', dollar)) {
      const end = endOfReference(text, dollar);
      if (end === -1) return unclosed(text.slice(dollar));
      const value = expand(text.slice(dollar + 2, end - 1), variables);
      if (value.text === undefined) return value;
      out += value.text;
      at = end;
    } else {
      out += '$';
      at = dollar + 1;
    }
  }
  return { text: out + text.slice(at) };
}

const REFERENCE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?])([^]*))?$/;

function expand(inside: string, variables: Variables): Interpolation {
  const parts = REFERENCE.exec(inside);
  if (parts === null) return malformed(inside);
  const [, name = '', operator, rest = ''] = parts;
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  const isSet = value !== undefined && !(value === '' && operator?.startsWith(':') === true);
  if (isSet) return { text: value };
  if (operator?.endsWith('-') === true) return interpolate(rest, variables);
  if (operator?.endsWith('?') === true) return demanded(name, rest, variables);
  return {
    error: `the variable ${name} is not set`,
    hint: `set ${name}, or write \${${name}:-} for an empty text or \${${name}:-value} for a default`,
  };
}

function demanded(name: string, message: string, variables: Variables): Interpolation {
  const text = interpolate(message, variables).text ?? message;
  return {
    error: text === '' ? `the variable ${name} is not set` : `${name}: ${text}`,
    hint: `set ${name} in the environment of the supervisor`,
  };
}

function unclosed(rest: string): Interpolation {
  return { error: `"${rest}" has no closing }`, hint: 'close it with }, or write $$ for a plain $' };
}

function malformed(inside: string): Interpolation {
  return {
    error: `"\${${inside}}" is no variable reference`,
    hint: 'write ${VAR}, ${VAR:-default}, ${VAR-default} or ${VAR:?message}, and $$ for a plain $',
  };
}
