/** Colours of projects: one for each, whatever page it stands on. */

/** `cat-1` to `cat-6` in the order of `projects`; the seventh and on are `cat-other`, none is `cat-other` too. */
export function projectColor(projects: readonly string[], project: string | null | undefined): string {
  const index = project == null ? -1 : projects.indexOf(project);
  return index >= 0 && index < 6 ? `cat-${index + 1}` : 'cat-other';
}
