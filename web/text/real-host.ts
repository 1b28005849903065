/**
 * Where a link really leads, when its words say something else: a label that names another site, a name before the site's own,
 * letters of several scripts in one word of the site's name. Pure.
 */
import { isOneScript } from "../../worker/protocol/scripts.ts";

/** What reads like a site's name in a label: words with dots between them. */
const SITE = /(?:https?:\/\/)?((?:[\p{L}\p{N}\p{M}_-]+[.\u3002])+[\p{L}\p{M}]{2,}|\[[\da-f:.]+\])(?::\d+)?/iu;
const AUTHORITY = /^https?:\/\/([^/?#\\]*)/i;

/** The host to show beside a link, `undefined` where its words are true. In the form that is asked for on the network (punycode). */
export function realHost(label: string, href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  if (label === href) {
    const authority = AUTHORITY.exec(href)?.[1] ?? "";
    const isHonest = !authority.includes("@") && authority.split(/[.\u3002]/).every(isOneScript);
    return isHonest ? undefined : url.host;
  }
  const named = SITE.exec(label)?.[1];
  const host = named !== undefined && URL.canParse(`http://${named}`) ? new URL(`http://${named}`).hostname : undefined;
  return host === undefined || bare(host) === bare(url.hostname) ? undefined : url.host;
}

function bare(host: string): string {
  return host.replace(/^www\./, "");
}
