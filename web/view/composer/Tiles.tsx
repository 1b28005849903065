/** The files that the next message will take, how far they have come, and the way to leave them out. */
import { t } from "../../i18n/i18n.ts";
import type { Upload, Uploads } from "../../network/uploads.ts";
import { FileIcon } from "../parts/FileIcon.tsx";
import { fileSize } from "../parts/file-size.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";

export function Tiles({ uploads }: { readonly uploads: Uploads }) {
  return (
    <>
      {uploads.complaint.value && (
        <p class="hint complaint" role="alert">
          {uploads.complaint.value}
        </p>
      )}
      {uploads.list.value.length > 0 && (
        <ul class="tiles" aria-label={t("Files to send")}>
          {uploads.list.value.map((upload) => (
            <Tile key={upload.id} upload={upload} uploads={uploads} />
          ))}
        </ul>
      )}
    </>
  );
}

function Tile({ upload, uploads }: { readonly upload: Upload; readonly uploads: Uploads }) {
  const { id, name, size, preview, state } = upload;
  return (
    <li class={`tile ${state.kind}`}>
      {preview ? <img src={preview} alt="" /> : <FileIcon name={name} />}
      <div class="tile-about">
        <input
          aria-label={t("Name of {name}", { name })}
          dir="auto"
          value={name}
          onChange={({ currentTarget }) => uploads.rename(id, currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || isComposing(event)) return;
            event.preventDefault(); // takes the name, and does not send the message
            event.currentTarget.blur();
          }}
        />
        <Progress upload={upload} />
      </div>
      {state.kind === "failed" && state.mayRetry && (
        <button type="button" class="link-button" onClick={() => uploads.retry(id)}>
          {t("Retry")}
        </button>
      )}
      <IconButton
        name={t(state.kind === "done" || state.kind === "failed" ? "Remove {name}" : "Cancel {name}", { name })}
        onClick={() => uploads.remove(id)}
      >
        <Icon name="close" />
      </IconButton>
      <span class="visually-hidden">{fileSize(size)}</span>
    </li>
  );
}

function Progress({ upload: { name, size, mayTellPlace, state } }: { readonly upload: Upload }) {
  switch (state.kind) {
    case "preparing":
      return <progress aria-label={t("Upload of {name}", { name })} />;
    case "uploading":
      return <progress aria-label={t("Upload of {name}", { name })} max={1} value={state.progress} />;
    case "done":
      return (
        <span class="tile-state">
          {fileSize(size)}
          {mayTellPlace && ` · ${t("May contain where it was taken")}`}
        </span>
      );
    case "failed":
      return (
        <span class="tile-state failure" role="alert">
          {state.detail}
        </span>
      );
    default:
      return state satisfies never;
  }
}
