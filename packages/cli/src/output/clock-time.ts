/** Local time of day, with the date unless it is today's. */
export function clockTime(iso: string, now: Date = new Date()): string {
  const date = new Date(iso);
  const time = date.toTimeString().slice(0, 8);
  return date.toDateString() === now.toDateString() ? time : `${iso.slice(0, 10)} ${time}`;
}
