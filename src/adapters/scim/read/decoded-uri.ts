/** A part of a URL that the target wrote, decoded; undefined when it is not encoded as it should be (`%zz`). */
export function decodedUri(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
