/**
 * Recovery codes: 26 characters of Crockford's base 32, of which the first four are the number of the person's shard. They are written
 * down by hand: case, hyphens and letters that look like digits do not count. Pure, but for chance.
 */

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SHARD_DIGITS = 4;
const LENGTH = 26;
const GROUP = 5;

export function newRecoveryCode(shard: number): string {
  const random = [...crypto.getRandomValues(new Uint8Array(LENGTH - SHARD_DIGITS))];
  const prefix = Array.from({ length: SHARD_DIGITS }, (_, n) => (shard >> (5 * (SHARD_DIGITS - 1 - n))) & 31);
  return [...prefix, ...random].map((value) => DIGITS[value & 31]).join("");
}

/** A code as people read it: in groups of five. */
export function inGroups(code: string): string {
  return code.match(new RegExp(`.{1,${GROUP}}`, "g"))?.join("-") ?? code;
}

/** The code that a text is, in its one form; `undefined` if it is none. */
export function readRecoveryCode(text: string): string | undefined {
  const code = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(code) ? code : undefined;
}

export function shardOfRecoveryCode(code: string): number {
  return [...code.slice(0, SHARD_DIGITS)].reduce((shard, digit) => shard * 32 + DIGITS.indexOf(digit), 0);
}
