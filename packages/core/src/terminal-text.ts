/**
 * Text of a service for a terminal: colours (SGR) and tabs stay, every other control sequence goes, so that a log line cannot
 * move the cursor, rename the window, answer queries or write to the clipboard. To files and pipes bytes go as they are.
 */
export function forTerminal(text: string): string {
  return text.replaceAll(CONTROL, (sequence) => (SGR.test(sequence) ? sequence : ''));
}

/**
 * ECMA-48: CSI sequences, strings (OSC, DCS, APC, PM, SOS) up to their end or the end of the line, other two-byte escapes,
 * and single control characters but tab and newline.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- that is what it is for
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\n\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?|[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

// oxlint-disable-next-line no-control-regex -- that is what it is for
const SGR = /^\u001B\[[\d;:]*m$/;
