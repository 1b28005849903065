/** Calls to other objects: repeated where the platform says that it may help, and no more than that. */
import { expect, test, vi } from "vitest";
import { insist } from "../../worker/insist.ts";
import { log } from "../../worker/log.ts";

function failing(times: number, about: object) {
  let calls = 0;
  return vi.fn(async () => {
    calls++;
    if (calls <= times) throw Object.assign(new Error("weather"), about);
    return "done";
  });
}

test("what may be tried again is, up to three times", async () => {
  const twice = failing(2, { retryable: true });
  expect(await insist(twice)).toBe("done");
  expect(twice).toHaveBeenCalledTimes(3);
  const always = failing(9, { retryable: true });
  await expect(insist(always)).rejects.toThrow("weather");
  expect(always).toHaveBeenCalledTimes(3);
});

test.each([
  ["an overloaded object", { retryable: true, overloaded: true }],
  ["a bug", {}],
  ["what says that it is final", { retryable: false }],
])("%s is not", async (_, about) => {
  const call = failing(9, about);
  await expect(insist(call)).rejects.toThrow("weather");
  expect(call).toHaveBeenCalledTimes(1);
});

test("what is no error is thrown on as it is, and logged as it is", async () => {
  await expect(insist(() => Promise.reject("just words"))).rejects.toBe("just words");
  const lines: string[] = [];
  const listen = vi.spyOn(console, "warn").mockImplementation((line) => void lines.push(String(line)));
  log.weather("test", "just words");
  listen.mockRestore();
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { event: "weather", where: "test", error: "just words" },
  ]);
});
