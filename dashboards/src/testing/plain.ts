/** For tests: `text` with plain spaces between numbers and their units, as a test writes them. */
export function plain(text: string): string {
  return text.replace(/\u202f/g, ' ');
}
