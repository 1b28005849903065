/** Makes something that has a name, as people have: a field and a button beside it. */
import { useState } from "preact/hooks";
import { foldDisplayName } from "../../../worker/protocol/names.ts";

type Props = {
  /** Of the field, in the page. */
  readonly id: string;
  readonly label: string;
  /** What the button says. */
  readonly action: string;
  readonly refusal: string | undefined;
  /** Takes the name as it is kept. The answer is whether it was made: then the field is empty again. */
  readonly onMake: (name: string) => Promise<boolean>;
};

export function NewName({ id, label, action, refusal, onMake }: Props) {
  const [name, setName] = useState("");
  const folded = foldDisplayName(name);
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault();
        if (folded.ok && (await onMake(folded.name))) setName("");
      }}
    >
      <label for={id}>{label}</label>
      <div class="field-row">
        <input
          id={id}
          autocomplete="off"
          dir="auto"
          value={name}
          aria-describedby={`${id}-hint`}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" class="button" disabled={!folded.ok}>
          {action}
        </button>
      </div>
      <p id={`${id}-hint`} class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </form>
  );
}
