/**
 * Bytes of a value that is read as text. A longer one stays bytes, whatever it says: nobody's name or address is so long,
 * and what compares, folds and maps texts would be busy with it for everybody. A map may hand it on by `base64()`, and
 * gives an error for that entry otherwise.
 */
export const longestText = 1024 * 1024;

/** Attributes of one entry, with their options. The schema of Active Directory has about 1,500. */
export const mostAttributes = 10_000;
