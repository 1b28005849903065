/** Where an object is made: near the one who first needs it, when the network says where that is. */
import { env } from "cloudflare:workers";
import { expect, onTestFinished, test } from "vitest";
import { ask, freshName, path, twoInAChannel } from "../people.ts";

type Hint = DurableObjectLocationHint | undefined;

/** A namespace that notes with which hint its objects are asked for. */
function noting<T extends Rpc.DurableObjectBranded>(namespace: DurableObjectNamespace<T>) {
  const hints: Hint[] = [];
  const noted = new Proxy(namespace, {
    get(target, key) {
      if (key !== "getByName") return Reflect.get(target, key);
      return (name: string, options?: DurableObjectNamespaceGetDurableObjectOptions) => {
        hints.push(options?.locationHint);
        return target.getByName(name, options);
      };
    },
  });
  return { noted, hints };
}

const CASES: readonly (readonly [continent: string | undefined, hint: Hint])[] = [
  ["AF", "afr"],
  ["AS", "apac"],
  ["EU", "weur"],
  ["NA", "enam"],
  ["OC", "oc"],
  ["SA", "sam"],
  ["AN", undefined],
  [undefined, undefined],
];

test.each(CASES)("from %s the shard of a newcomer is made in %s", async (continent, hint) => {
  const { noted, hints } = noting(env.PEOPLE);
  const where = continent === undefined ? {} : { continent };
  const answer = await ask(
    "POST",
    "/api/session",
    { body: { name: `Ada ${freshName()}` }, ...where },
    { PEOPLE: noted },
  );
  expect(answer.status).toBe(201);
  expect(new Set(hints)).toEqual(new Set([hint]));
});

test.each(CASES)("from %s the relay of a guest is made in %s", async (continent, hint) => {
  const { ada, channel } = await twoInAChannel();
  const { url }: { url: string } = await (await ada.ask("POST", `${path(channel.id)}/guest-link`)).json();
  const { noted, hints } = noting(env.RELAY);
  const where = continent === undefined ? {} : { continent };
  const headers = { Upgrade: "websocket", "CF-Connecting-IP": "192.0.2.1" };
  const address = `/api/watch/${url.split("/w/")[1]}/socket`;
  const { status, webSocket } = await ask("GET", address, { headers, ...where }, { RELAY: noted });
  expect(status).toBe(101);
  webSocket?.accept();
  onTestFinished(() => webSocket?.close());
  expect(new Set(hints)).toEqual(new Set([hint]));
});
