/** When something runs: every so often, or at the wall-clock times of a cron expression (five or six fields, local time). */
export type Schedule =
  { readonly kind: 'interval'; readonly milliseconds: number } | { readonly kind: 'cron'; readonly expression: string };
