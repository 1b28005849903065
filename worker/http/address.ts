/**
 * Whom a limit by address counts against. Pure.
 * One household or one attacker holds a whole /64 of IPv6, so its addresses count as one (RFC 6177).
 */

/** The key of an address as `CF-Connecting-IP` gives it: an IPv4 address as it is, an IPv6 address as its /64, anything else as it is. */
export function addressKey(address: string): string {
  const text = address.trim().toLowerCase().replace(/%.*$/, "");
  const mapped = /^(?:0{0,4}:){0,5}:?ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  if (!text.includes(":")) return text;
  const [head = "", tail] = text.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? 0 : tail.split(":").length + Number(tail.includes("."));
  if (tail !== undefined) while (groups.length + after < 8) groups.push("0");
  if (groups.length < 4 && tail !== undefined) groups.push(...tail.split(":"));
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
