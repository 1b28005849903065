/** Every key there is, by where it works. */
import { Fragment } from "preact";
import { type Phrase, t } from "../../i18n/i18n.ts";
import styles from "../../styles/shortcuts.css?inline";
import { Dialog } from "../dialogs/Dialog.tsx";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { COMMAND } from "../parts/keys.ts";

adoptStyles(styles);

/**
 * The keys of one row. Keys in one list are pressed together. The next list does the next thing that the row names. A list after `"or"`
 * does the same as what stands before it.
 */
type Shortcut = readonly [keys: readonly (readonly string[] | "or")[], does: Phrase];

const GROUPS: readonly { readonly name: Phrase; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    name: "Anywhere",
    shortcuts: [
      [[[COMMAND, "K"]], "Jump to or search…"],
      [[["Alt", "↑"]], "Previous conversation"],
      [[["Alt", "↓"]], "Next conversation"],
      [[["Alt", "Shift", "↑"]], "Previous unread"],
      [[["Alt", "Shift", "↓"]], "Next unread"],
      [[["F6"], ["Shift", "F6"]], "Next · previous part of the page"],
      [[["Esc"]], "Close · stop editing · mark read"],
      [[["?"], "or", [COMMAND, "/"]], "This list"],
    ],
  },
  {
    name: "While writing",
    shortcuts: [
      [[["Enter"], ["Shift", "Enter"]], "Send · new line"],
      [[[COMMAND, "Enter"]], "Send, always"],
      [[["↑"]], "Edit your last message (empty field)"],
      [[[COMMAND, "U"]], "Attach files"],
      [[["Tab"]], "Accept suggestion"],
    ],
  },
  {
    name: "On a message",
    shortcuts: [
      [[["↑"], ["↓"], "or", ["K"], ["J"]], "Previous · next message"],
      [[["Home"], ["End"]], "Oldest · latest message"],
      [[["E"]], "Edit message"],
      [[["R"]], "Reply"],
      [[["+"]], "Add reaction"],
      [[["P"]], "Pin message"],
      [[["U"]], "Mark unread"],
      [[["Del"]], "Delete message"],
    ],
  },
  {
    name: "Formatting",
    shortcuts: [
      [[[COMMAND, "B"]], "Bold"],
      [[[COMMAND, "I"]], "Italic"],
      [[[COMMAND, "E"]], "Code"],
    ],
  },
];

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={t("Shortcuts")} onClose={onClose} isWide>
      <div class="shortcuts">
        {GROUPS.map(({ name, shortcuts }) => (
          <section key={name}>
            <h3>{t(name)}</h3>
            <dl>
              {shortcuts.map(([keys, does]) => (
                <div key={does}>
                  <dt>{t(does)}</dt>
                  <dd>
                    {keys.map((pressed, at) =>
                      pressed === "or" ? (
                        <span key={pressed}>{t("or")}</span>
                      ) : (
                        <Fragment key={pressed.join()}>
                          {at > 0 && keys[at - 1] !== "or" && <span aria-hidden="true">·</span>}
                          <span class="chord">
                            {pressed.map((key) => (
                              <kbd key={key} class="keycap">
                                {key}
                              </kbd>
                            ))}
                          </span>
                        </Fragment>
                      ),
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
