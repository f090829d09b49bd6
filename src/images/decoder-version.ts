/** Raise it when the same file and settings give other bytes than before: it is part of the decoded cache's key. */
export const DECODER_VERSION = 2;
