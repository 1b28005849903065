import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { locale, rich, t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";

/** More names than this are not read in passing. */
const NAMES_MAX = 3;

/** Who is writing. */
export function TypingLine({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const [now, setNow] = useState(store.now);
  const typists = conversation.typing.value;
  const names = typists.filter(({ until }) => until > now).map(({ person }) => person.name);
  // Told anew at every word of it, and once more when the first of them is to be forgotten.
  useEffect(() => {
    setNow(store.now());
    if (typists.length === 0) return;
    const timer = setInterval(() => setNow(store.now()), 1_000);
    return () => clearInterval(timer);
  }, [typists]);
  return <>{names.length > 0 && sentence(names)}</>;
}

/** Each name keeps its own direction. */
function sentence(names: readonly string[]): ComponentChildren {
  if (names.length > NAMES_MAX) return t("Several people are typing…");
  const parts = new Intl.ListFormat(locale.value, { type: "conjunction" }).formatToParts(names);
  const list = parts.map(({ type, value }) => (type === "element" ? <bdi>{value}</bdi> : value));
  return rich(names.length === 1 ? "{names} is typing…" : "{names} are typing…", { names: <>{list}</> });
}
