/** Rows of a part: days, entries of lists, and everything else together. */
export const MAX_PART_ROWS = 20_000;
/** The body of a part, in bytes: below the platform's limit for a call, with room for its envelope. */
export const MAX_PART_BYTES = 900_000;
