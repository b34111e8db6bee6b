/** An error as a text to show. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
