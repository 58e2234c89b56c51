import type { Accounts } from '../names/accounts.ts';
import { splitWords } from '../names/quoting.ts';
import { parseMode } from './numbers.ts';
import type { Ownership, SwitchUser } from './rules.ts';

/** What an argument is worth, or what is wrong with it. */
export type Parsed<T> = { readonly value: T; readonly warning?: string } | { readonly problem: string };

/**
 * `create` and `createolddir`: `[MODE] [OWNER [GROUP]]`. A single word is a mode; of two words the first is the
 * owner unless no such account exists and it reads as a mode.
 */
export function parseOwnership({
  text,
  accounts,
  directive,
}: {
  readonly text: string;
  readonly accounts: Accounts;
  readonly directive: string;
}): Parsed<Ownership> {
  const words = splitWords(text);
  if (words === undefined) return { problem: `failed to parse ${directive} option value` };
  if (words.length > 3) return { problem: `extra arguments for ${directive}` };
  const [modeText, userText, groupText] = arrange({ words, accounts });

  const mode = modeText === undefined ? undefined : parseMode(modeText);
  if (modeText !== undefined && mode === undefined) return { problem: `invalid mode '${modeText}'` };
  const gid = groupText === undefined ? undefined : accounts.groupId(groupText);
  if (groupText !== undefined && gid === undefined) return { problem: `unknown group '${groupText}'` };
  const user = userText === undefined ? undefined : accounts.user(userText);
  if (userText !== undefined && user === undefined) return { problem: `unknown user '${userText}'` };
  return {
    value: {
      ...(mode === undefined ? {} : { mode }),
      ...(user === undefined ? {} : { uid: user.uid }),
      ...(gid === undefined ? {} : { gid }),
    },
  };
}

/**
 * `su USER [GROUP]`. The group may be left out, as in many hand-written files: then the user's own group is meant, which
 * is said in a warning because the C program skips such a block.
 */
export function parseSwitchUser(text: string, accounts: Accounts): Parsed<SwitchUser> {
  const words = splitWords(text);
  if (words === undefined) return { problem: 'failed to parse su option value' };
  const [userText, groupText] = words;
  if (userText === undefined) return { problem: 'no user for su' };
  if (words.length > 2) return { problem: 'extra arguments for su' };
  const gid = groupText === undefined ? undefined : accounts.groupId(groupText);
  if (groupText !== undefined && gid === undefined) return { problem: `unknown group '${groupText}'` };
  const user = accounts.user(userText);
  if (user === undefined) return { problem: `unknown user '${userText}'` };
  if (gid === undefined) {
    const value = { user: userText, uid: user.uid, gid: user.gid };
    return { value, warning: `no group for su, using the group of user '${userText}'` };
  }
  return { value: { user: userText, uid: user.uid, gid } };
}

function arrange({ words, accounts }: { words: readonly string[]; accounts: Accounts }): (string | undefined)[] {
  const [first, second] = words;
  if (words.length !== 2 || first === undefined) return [...words];
  const isMode = accounts.user(first) === undefined && parseMode(first) !== undefined;
  return isMode ? [first, second] : [undefined, first, second];
}
