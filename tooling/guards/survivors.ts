/**
 * Guards that no test holds, each with the reason why that is right: `path#name`. A guard that a test holds after
 * all, or that is gone, must leave the list.
 */
export const survivors: Readonly<Record<string, string>> = {}
