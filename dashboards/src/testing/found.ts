/** For tests: the value, or an error where there is none. */
export function found<T>(value: T | null | undefined, what = 'value'): T {
  if (value == null) throw new Error(`no ${what}`);
  return value;
}
