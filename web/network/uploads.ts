/**
 * Files on their way into a message: made ready, sent with progress, kept beside the draft until the message goes.
 * Loaded when the first file is chosen. What a photo says of where it was taken stays on the device.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX } from "../../worker/protocol/limits.ts";
import type { Attachment } from "../../worker/protocol/things.ts";
import { t } from "../i18n/i18n.ts";
import { newId } from "../state/ids.ts";
import { fetchPart } from "./load-part.ts";
import type { Prepared } from "./prepare-file.ts";
import type { sendFile as fileSender } from "./send-file.ts";

export type UploadState =
  | { readonly kind: "preparing" }
  /** `progress` from 0 to 1. */
  | { readonly kind: "uploading"; readonly progress: number }
  | { readonly kind: "done"; readonly attachment: Attachment }
  | { readonly kind: "failed"; readonly detail: string; readonly mayRetry: boolean };

/** A file as the composer shows it. `preview` is the address of a picture on this device. */
export type Upload = {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly preview?: string;
  /** It may say where it was taken, which this browser could not remove. */
  readonly mayTellPlace?: boolean;
  readonly state: UploadState;
};

export type Uploads = {
  readonly list: ReadonlySignal<readonly Upload[]>;
  /** The files as they were chosen, in order, under the names they have now. */
  sources(): readonly File[];
  /** Why some files were not taken, if so. */
  readonly complaint: ReadonlySignal<string | undefined>;
  /** What could not be taken is not spoken of any more. */
  forgive(): void;
  /** `folders` are names of folders among what was chosen: the complaint names them. Answers how many files were taken. */
  add(files: readonly File[], folders?: readonly string[]): number;
  /** Under another name it is another upload: the server keeps the name with the bytes. */
  rename(id: string, name: string): void;
  retry(id: string): void;
  /** Tries again whatever has failed and may work. */
  retryFailed(): void;
  /** Takes away whatever has failed for good. */
  leaveOutFailed(): void;
  remove(id: string): void;
  /** The message has taken them. */
  clear(): void;
};

const MIB = 1024 * 1024;

/** `now` may be long: whatever is taken away meanwhile is not sent. */
export function createUploads(channelId: string): Uploads {
  const list = signal<readonly Upload[]>([]);
  const complaint = signal<string | undefined>(undefined);
  const files = new Map<string, File>();
  const prepared = new Map<string, Prepared>();
  const requests = new Map<string, { abort(): void }>();
  /** Which of its beginnings counts, of each file. */
  const turns = new Map<string, symbol>();

  function change(id: string, about: Partial<Upload>): void {
    list.value = list.value.map((upload) => (upload.id === id ? { ...upload, ...about } : upload));
  }

  function fail(id: string, detail: string, mayRetry = false): void {
    change(id, { state: { kind: "failed", detail, mayRetry } });
  }

  async function begin(id: string): Promise<void> {
    const file = files.get(id);
    if (!file) return;
    const turn = Symbol();
    turns.set(id, turn);
    change(id, { state: { kind: "preparing" } });
    const [{ prepareFile }, { sendFile }] = await fetchPart(() =>
      Promise.all([import("./prepare-file.ts"), import("./send-file.ts")]),
    );
    const ready = prepared.get(id) ?? (await prepareFile(file).catch(() => undefined));
    if (turns.get(id) !== turn) return; // taken away or begun anew meanwhile
    // The file was changed, moved or deleted since it was chosen.
    if (!ready) return fail(id, t("This file can't be read any more. Choose it again."));
    prepared.set(id, ready);
    change(id, { size: ready.blob.size, mayTellPlace: ready.mayTellPlace });
    if (ready.blob.size > ATTACHMENT_MAX_BYTES) return fail(id, tooLarge(ready.blob.size));
    if (ready.blob.size === 0) return fail(id, t("This file is empty."));
    send(id, ready, sendFile);
  }

  function send(
    id: string,
    { blob, width, height }: Omit<Prepared, "mayTellPlace">,
    sendFile: typeof fileSender,
  ): void {
    const name = list.value.find((upload) => upload.id === id)?.name ?? "";
    change(id, { state: { kind: "uploading", progress: 0 } });
    const request = sendFile(
      { channelId, name, blob, width, height },
      {
        progressed: (progress) => change(id, { state: { kind: "uploading", progress } }),
        failed: () => fail(id, t("No connection."), true),
        answered(answer) {
          if (answer.ok) return change(id, { state: { kind: "done", attachment: answer.value } });
          if (answer.retryAfterMs === undefined)
            return fail(id, answer.detail, answer.status >= 500 || answer.status === 408);
          const again = () => files.has(id) && requests.get(id) === request && send(id, { blob, ...sized }, sendFile);
          setTimeout(again, answer.retryAfterMs);
        },
      },
    );
    const sized = width && height ? { width, height } : {};
    requests.set(id, request);
  }

  function stop(id: string): void {
    const request = requests.get(id);
    requests.delete(id);
    request?.abort();
  }

  function retry(id: string): void {
    stop(id);
    void begin(id);
  }

  function remove(id: string): void {
    stop(id);
    turns.delete(id);
    files.delete(id);
    prepared.delete(id);
    const gone = list.value.find((upload) => upload.id === id);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    list.value = list.value.filter((upload) => upload.id !== id);
  }

  return {
    list,
    complaint,
    sources() {
      return list.value.flatMap(({ id, name }) => {
        const file = files.get(id);
        return file ? [new File([file], name, { type: file.type })] : [];
      });
    },
    add(chosen, folders = []) {
      const room = ATTACHMENTS_MAX - list.value.length;
      const large = chosen.filter((file) => file.size > ATTACHMENT_MAX_BYTES && !mayShrink(file));
      const taken = chosen.filter((file) => !large.includes(file)).slice(0, room);
      complaint.value =
        folders[0] !== undefined
          ? t("{name} is a folder. Add the files in it.", { name: folders[0] })
          : large[0] !== undefined
            ? `${large[0].name}: ${tooLarge(large[0].size)}`
            : chosen.length > taken.length
              ? t("A message can have up to {n} files.", { n: ATTACHMENTS_MAX })
              : undefined;
      for (const file of taken) {
        const id = newId();
        files.set(id, file);
        const preview = file.type.startsWith("image/") ? { preview: URL.createObjectURL(file) } : {};
        const upload: Upload = {
          id,
          name: file.name || "file",
          size: file.size,
          state: { kind: "preparing" },
          ...preview,
        };
        list.value = [...list.value, upload];
        void begin(id);
      }
      return taken.length;
    },
    rename(id, name) {
      const upload = list.value.find((one) => one.id === id);
      if (!upload || name.trim() === "" || upload.name === name) return;
      stop(id);
      change(id, { name });
      void begin(id);
    },
    retry,
    retryFailed() {
      for (const { id, state } of list.value) if (state.kind === "failed" && state.mayRetry) retry(id);
    },
    leaveOutFailed() {
      for (const { id, state } of list.value) if (state.kind === "failed" && !state.mayRetry) remove(id);
    },
    remove,
    forgive() {
      complaint.value = undefined;
    },
    clear() {
      complaint.value = undefined;
      for (const { id } of list.value) remove(id);
    },
  };
}

function tooLarge(bytes: number): string {
  return t("This file is {size} MB. The limit is {n} MB.", {
    size: Math.ceil((bytes * 10) / MIB) / 10, // never said to be as large as the limit
    n: ATTACHMENT_MAX_BYTES / MIB,
  });
}

/** A picture may be smaller once it is drawn anew. */
function mayShrink(file: File): boolean {
  return file.type.startsWith("image/") && file.type !== "image/gif";
}
