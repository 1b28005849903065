/** The first visit: a name, and in. The rules are checked while typing; whether it is taken is known on Join. */
import { useEffect, useRef, useState } from "preact/hooks";
import { NAME_MAX_POINTS, WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import { foldDisplayName } from "../../../worker/protocol/names.ts";
import { rich, t, told } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import styles from "../../styles/welcome.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { Mark } from "../parts/icons.tsx";

adoptStyles(styles);

export function Welcome({ store }: { readonly store: Store }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const site = store.site.value;
  const [name, setName] = useState("");
  const [accessCode, setAccessCode] = useState("");
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<{ readonly code: string; readonly detail: string }>();
  const folded = foldDisplayName(name);
  /** What a person whose name is taken can be called. */
  const offered = problem?.code === "name_taken" && folded.ok ? another(folded.name) : undefined;
  const isWrongCode = problem?.code === "bad_access_code";
  /** Why a device link that led here did not work. */
  const linkProblem = store.linkProblem.value;
  const complaint =
    (isWrongCode ? undefined : problem?.detail) ??
    (name.trim() === "" || folded.ok ? undefined : told("invalid_name", folded.reason));

  useEffect(() => {
    dialog.current?.showModal();
    if (!site) void store.askSite();
  }, []);

  async function join(wanted: string): Promise<void> {
    setName(wanted);
    const checked = foldDisplayName(wanted);
    if (!checked.ok) return setProblem({ code: "invalid_name", detail: told("invalid_name", checked.reason) });
    setAsking(true);
    const isCodeAsked = site?.accessCode && store.invite.value === undefined;
    const answer = await store.signIn(checked.name, isCodeAsked ? accessCode : undefined);
    setAsking(false);
    if (!answer.ok) setProblem(answer);
  }

  return (
    <dialog
      ref={dialog}
      class="welcome"
      aria-labelledby="welcome-title"
      onClose={(event) => event.currentTarget.showModal()}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void join(offered ?? name);
        }}
      >
        <div class="welcome-site">
          <Mark />
          <h1 id="welcome-title">{siteName}</h1>
        </div>
        {linkProblem && (
          <p class="hint complaint" role="alert">
            {linkProblem}
          </p>
        )}
        <p class="headline">{t("What should people call you?")}</p>
        <label for="display-name">{t("Display name")}</label>
        <input
          id="display-name"
          aria-describedby="display-name-hint"
          aria-invalid={complaint !== undefined}
          autocomplete="nickname"
          autocapitalize="words"
          spellcheck={false}
          dir="auto"
          autofocus
          value={name}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setProblem(undefined);
          }}
        />
        <p id="display-name-hint" class={complaint ? "hint complaint" : "hint"} role="status">
          {complaint ?? t("No account, no password. This device remembers you.")}
        </p>
        {site?.accessCode && store.invite.value === undefined && (
          <>
            <label for="access-code">{t("Access code")}</label>
            <input
              id="access-code"
              type="password"
              autocomplete="off"
              aria-describedby="access-code-hint"
              aria-invalid={isWrongCode}
              value={accessCode}
              onInput={(event) => {
                setAccessCode(event.currentTarget.value);
                setProblem(undefined);
              }}
            />
            <p
              id="access-code-hint"
              class={isWrongCode ? "hint complaint" : "hint"}
              role={isWrongCode ? "alert" : undefined}
            >
              {isWrongCode ? problem.detail : t("Ask the person who invited you.")}
            </p>
          </>
        )}
        <button type="submit" class="button primary" disabled={isAsking || name.trim() === ""}>
          {offered === undefined ? t("Join") : <span>{rich("Join as {name}", { name: <bdi>{offered}</bdi> })}</span>}
        </button>
      </form>
      <ComeBack store={store} />
      <ul class="welcome-notes">
        <li>{t("Each channel keeps its latest {n} messages.", { n: WINDOW_MESSAGES })}</li>
        <li>{t("A recovery code signs you in on any device.")}</li>
      </ul>
    </dialog>
  );
}

/** For people who were here before: a device link or a recovery code makes them who they were. */
function ComeBack({ store }: { readonly store: Store }) {
  const [isOpen, setOpen] = useState(false);
  const [token, setToken] = useState("");
  const [refusal, setRefusal] = useState<string>();
  if (!isOpen) {
    return (
      <button type="button" class="link-button" onClick={() => setOpen(true)}>
        {t("I have been here before")}
      </button>
    );
  }
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        const answer = await store.comeBack(/#link=([\w-]+)/.exec(token)?.[1] ?? token.trim());
        if (!answer.ok) setRefusal(answer.detail);
      }}
    >
      <label for="come-back">{t("Recovery code or device link")}</label>
      <div class="field-row">
        <input
          id="come-back"
          autocomplete="off"
          spellcheck={false}
          dir="ltr"
          autofocus
          aria-invalid={refusal !== undefined}
          aria-describedby="come-back-hint"
          value={token}
          onInput={({ currentTarget }) => {
            setToken(currentTarget.value);
            setRefusal(undefined);
          }}
        />
        <button type="submit" class="button" disabled={token.trim() === ""}>
          {t("Come back")}
        </button>
      </div>
      <p id="come-back-hint" class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </form>
  );
}

/** The next free-looking name: `Ada` → `Ada 2` → `Ada 3`. */
function another(name: string): string {
  const [, stem = name, number = "1"] = /^(.*?)(?: (\d{1,4}))?$/u.exec(name) ?? [];
  const suffix = ` ${Number(number) + 1}`;
  return (
    [...stem]
      .slice(0, NAME_MAX_POINTS - suffix.length)
      .join("")
      .trim() + suffix
  );
}
