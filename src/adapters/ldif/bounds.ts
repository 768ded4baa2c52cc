/** What is taken from an LDIF file at most; docs/security.md lists it. */

/** Bytes of one value or name, folded lines joined: a photo of 10 MB in base64. */
export const longestLine = 16 * 1024 * 1024;

/** Lines of one record: a group of 2 million members. */
export const mostLines = 2_000_000;
