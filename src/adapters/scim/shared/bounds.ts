/**
 * What is taken from a target at most, of everything that has no end of its own. Each number is far above what any
 * target is known to send; docs/security.md lists them.
 */

const kilobyte = 1024;
const megabyte = 1024 * kilobyte;

/** Characters of a version that is kept and sent back in `If-Match`. Vendors send dates, numbers and digests. */
export const longestVersion = 256;

/** Characters of an id. Databases index no longer ones; UUIDs have 36, mail addresses up to 254 (RFC 5321 §4.5.3.1). */
export const longestId = 255;

/** Characters of a cursor (RFC 9865 names no limit): it has to fit into a URL, and servers take 8 kB of that. */
export const longestCursor = 4 * kilobyte;

/** Interim answers (1xx, RFC 9110 §15.2) to one request. Servers that say that they are at work (102) do so every few seconds. */
export const mostInterim = 100;

/** Objects and lists within each other. RFC 7643 needs four; extensions and error pages some more. */
export const deepest = 64;

/** Values in one answer, objects and lists included. A group of 100,000 members has 500,000. */
export const mostJsonValues = 1_000_000;

/** Characters of one text. */
export const longestJsonText = 4 * megabyte;

/** Space in a row, before an answer or in it. */
export const longestSpace = megabyte;

/** Digits of a number. A double has up to 309 before its point. */
export const longestNumber = 1_000;

/** Elements of one list: members of a group. */
export const mostElements = 150_000;

/** Attributes of one object. Schemas have up to 300. */
export const mostKeys = 5_000;

/** Digits of a number that is kept exactly. Ids of 128 bits have 39. */
export const mostDigits = 100;

/** An answer about one person, or about whoever fits a search. */
export const shortAnswer = megabyte;

/** Answers up to here are read whenever they come: nearly all. Longer ones have a place each, until their call has ended. */
export const usualAnswer = 64 * kilobyte;

/** Answers up to `shortAnswer` that stand in memory at once, of all targets together: 32 MB. */
export const mediumAnswers = 32;

/** What a target says of itself: Schemas of some hundred attributes take 200 kB. */
export const documentAnswer = 2 * megabyte;

/** A page of a list. */
export const listAnswer = 16 * megabyte;

/** A group with all its members: 100,000 of them take up to 25 MB where each has a `$ref` and a name. */
export const groupAnswer = 32 * megabyte;

/** Answers beyond `shortAnswer` that stand in memory at once, of all targets together: 128 MB with `groupAnswer`. */
export const longAnswers = 4;

/** What is kept of a list while it is read: 30,000 resources of 2 kB. */
export const longestList = 64 * megabyte;

/** The same of all lists that are read at once, and what each target may have whatever the others read. */
export const listBytes = { total: 4 * longestList, each: 16 * megabyte };

/** Resources of a list that is read. */
export const listResources = 30_000;

/** Resources of a list that is walked page by page, with no more than a page in memory. Ids alone: about 100 MB. */
export const walkedResources = 1_000_000;

/** Encodings around an answer, each undone by itself (RFC 9110 §8.4). Nobody asked for any. */
export const mostEncodings = 2;
