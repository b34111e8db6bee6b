/** Colours of projects: a project has the same one on every page. */

/** `cat-1` to `cat-6` in the order of `projects`; `cat-other` for later ones and for no project. */
export function projectColor(projects: readonly string[], project: string | null | undefined): string {
  const index = project == null ? -1 : projects.indexOf(project);
  return index >= 0 && index < 6 ? `cat-${index + 1}` : 'cat-other';
}
