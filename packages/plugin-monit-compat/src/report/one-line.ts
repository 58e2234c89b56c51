/** No control character of a name, an output or an answer reaches a terminal. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
