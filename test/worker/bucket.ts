/** What R2 refuses and the local runtime takes (https://developers.cloudflare.com/r2/platform/limits/): enforced in every test. */
import { env } from "cloudflare:workers";

const KEYS_MAX = 1_000;
const PART_MIN_BYTES = 5 * 1024 * 1024;

const bucket = env.FILES;
if (!bucket) throw new Error("no bucket");

const remove = bucket.delete.bind(bucket);
bucket.delete = async (keys) => {
  if (Array.isArray(keys) && keys.length > KEYS_MAX) throw new Error("delete: too many keys (10027)");
  return remove(keys);
};

const begin = bucket.createMultipartUpload.bind(bucket);
bucket.createMultipartUpload = async (key, options) => {
  const upload = await begin(key, options);
  const sizes = new Map<number, number>();
  return {
    key: upload.key,
    uploadId: upload.uploadId,
    uploadPart(number, value) {
      if (!(value instanceof Uint8Array)) throw new Error("a part is bytes here, so that its size is known");
      sizes.set(number, value.byteLength);
      return upload.uploadPart(number, value);
    },
    abort: () => upload.abort(),
    complete(parts) {
      const all = parts.map(({ partNumber }) => sizes.get(partNumber) ?? 0);
      if (all.slice(0, -1).some((size) => size < PART_MIN_BYTES || size !== all[0]))
        throw new Error("completeMultipartUpload: parts too small, or of several sizes (10011)");
      return upload.complete(parts);
    },
  };
};
