/** Who is writing. */
import type { ComponentChildren } from "preact";
import { locale, rich, t } from "../../i18n/i18n.ts";
import type { Conversation } from "../../state/store.ts";

/** More names than this are not read in passing. */
const NAMES_MAX = 2;

export function TypingLine({ conversation }: { readonly conversation: Conversation }) {
  const names = conversation.typing.value.map(({ person }) => person.name);
  return <>{names.length > 0 && sentence(names)}</>;
}

/** Each name keeps its own direction. */
function sentence(names: readonly string[]): ComponentChildren {
  if (names.length > NAMES_MAX) return t("Several people are typing…");
  const parts = new Intl.ListFormat(locale.value, { type: "conjunction" }).formatToParts(names);
  const list = parts.map(({ type, value }) => (type === "element" ? <bdi>{value}</bdi> : value));
  return rich(names.length === 1 ? "{names} is typing…" : "{names} are typing…", {
    names: <span class="typing-names">{list}</span>,
  });
}
