/** One frame to many sockets: whoever reads gets it, whoever does not is cut off and disturbs nobody. */
import { expect, test, vi } from "vitest";
import { broadcast } from "../../worker/broadcast.ts";

function socket(about: { readyState?: number; bufferedAmount?: number } = {}) {
  const fake = { readyState: WebSocket.OPEN, send: vi.fn(), close: vi.fn(), ...about };
  return fake as typeof fake & WebSocket;
}

test("a socket with more than 256 KiB unread is closed with 4008, the others get the frame", () => {
  const reading = socket({ bufferedAmount: 256 * 1024 });
  const silent = socket();
  const slow = socket({ bufferedAmount: 256 * 1024 + 1 });
  broadcast([slow, reading, silent], "frame");
  expect(slow.close).toHaveBeenCalledWith(4008, "too slow");
  expect(slow.send).not.toHaveBeenCalled();
  expect(reading.send).toHaveBeenCalledWith("frame");
  expect(silent.send).toHaveBeenCalledWith("frame");
});

test("a socket that is closing is skipped", () => {
  const closing = socket({ readyState: WebSocket.CLOSING });
  broadcast([closing], "frame");
  expect(closing.send).not.toHaveBeenCalled();
});
