/** The operating system's name for a failure (`ENOENT`, `EACCES`, …). */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
