/**
 * What is taken from a directory server at most, besides what the configuration says (`limits` of a directory). Each
 * number is far above what any directory is known to send; docs/security.md lists them.
 */

const megabyte = 1024 * 1024;

/** One message. A group of 2 million members has about 150 MB where it comes as one. */
export const largestMessage = 256 * megabyte;

/** Values in one message, and of one attribute that comes in parts. */
export const mostAttributeValues = 2_000_000;

/** Bytes of one value. A photo has up to 10 MB. */
export const longestValue = 16 * megabyte;

/** Bytes of a DN. */
export const longestName = 64 * 1024;

/** Bytes of a cookie (of pages, DirSync, syncrepl). DirSync's have 24 for each domain controller that there ever was. */
export const longestCookie = 256 * 1024;

/** URIs in one reference, and controls of one message. */
export const mostReferences = 1_000;
export const mostControls = 100;

/**
 * Pages in a row that have no entry, or begin as the one before: a server that looks through entries which the account may not see sends one for every
 * 500 of them.
 */
export const emptyPages = 10_000;

/** Parts of one attribute with fewer values than `smallPart`. Active Directory gives 1,500 at a time (MaxValRange). */
export const smallParts = 1_000;
export const smallPart = 10;

/** The least that shows a server at work within `limits.readTimeout`. */
export const leastAnswers = 1_000;
export const leastBytes = megabyte;

/** Servers that are taken from DNS: the first ones, in their order. */
export const mostDiscovered = 16;

/** The share of the memory that this process may have (`--max-old-space-size`) which one reading may bring. */
export const memoryShare = 0.75;
